package mail

import (
	"crypto/sha256"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Attachment is a file of a letter.
type Attachment struct {
	Name        string // base name, decoded; never empty
	ContentType string // as declared, lower case, without parameters
	ContentID   string // without angle brackets; "" if nothing refers to it
	Inline      bool   // shown inside the HTML text
	Blocked     bool   // refused by the policy: Data is nil, the raw letter still has it
	Data        []byte
	Size        int
	SHA256      [sha256.Size]byte
	Nested      bool // a letter inside the letter
}

// attachmentNameRunesMax keeps names inside the limits of file systems and of headers.
const attachmentNameRunesMax = 180

// blockedExtensions are files that run when opened. They are named in the ticket, with size and
// hash, and not handed out.
var blockedExtensions = map[string]bool{
	"ade": true, "adp": true, "app": true, "appx": true, "bat": true, "chm": true, "cmd": true, "com": true, "cpl": true, "dll": true,
	"dmg": true, "exe": true, "gadget": true, "hta": true, "ins": true, "iso": true, "img": true, "isp": true, "jar": true, "js": true,
	"jse": true, "lib": true, "lnk": true, "mde": true, "msc": true, "msi": true, "msp": true, "mst": true, "nsh": true, "one": true,
	"pif": true, "ps1": true, "psm1": true, "reg": true, "scf": true, "scr": true, "sct": true, "shb": true, "sys": true, "url": true,
	"vb": true, "vbe": true, "vbs": true, "vhd": true, "vhdx": true, "vxd": true, "wsc": true, "wsf": true, "wsh": true, "xll": true,
}

// blocked says whether the policy refuses a name. Trailing dots and spaces do not hide an
// extension: Windows drops them.
func blocked(name string) bool {
	name = strings.TrimRight(strings.ToLower(name), ". \u00a0")
	return blockedExtensions[strings.TrimPrefix(path.Ext(name), ".")]
}

// cleanName returns the base name of a file as a letter gives it, whatever path, scheme or
// control characters are around: "../../x.pdf", `C:\x.pdf` and "php://x.pdf" are "x.pdf".
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		// Right-to-left marks can make "exe.fdp" look like "pdf.exe" and the other way round.
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if len(name) > 2 && name[1] == ':' { // a drive without a slash
		name = name[2:]
	}
	name = strings.Trim(strings.TrimSpace(name), ".")
	if runes := []rune(name); len(runes) > attachmentNameRunesMax {
		ext := []rune(path.Ext(name))
		if len(ext) > 16 {
			ext = nil
		}
		name = string(runes[:attachmentNameRunesMax-len(ext)]) + string(ext)
	}
	return name
}

// extensionOf names files that came without a name.
var extensionOf = map[string]string{
	"application/pdf": "pdf", "application/zip": "zip", "application/json": "json", "application/xml": "xml", "application/pkcs7-signature": "p7s",
	"application/pgp-signature": "asc", "application/pgp-encrypted": "asc", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif",
	"image/webp": "webp", "image/svg+xml": "svg", "text/plain": "txt", "text/html": "html", "text/csv": "csv", "text/xml": "xml",
	"text/calendar": "ics", "text/x-vcard": "vcf", "text/vcard": "vcf", "message/rfc822": "eml",
}

// newAttachment names a file, applies the policy and takes its hash.
func newAttachment(names []string, contentType, contentID string, data []byte) Attachment {
	a := Attachment{ContentType: strings.ToLower(contentType), ContentID: contentID, Data: data, Size: len(data), SHA256: sha256.Sum256(data)}
	for _, n := range names {
		n = cleanName(n)
		a.Blocked = a.Blocked || blocked(n)
		if a.Name == "" {
			a.Name = n
		}
	}
	if a.Name == "" {
		a.Name = "attachment"
		if a.ContentType == "text/calendar" {
			a.Name = "invite"
		}
		if strings.HasPrefix(a.ContentType, "image/") {
			a.Name = "image"
		}
		ext := extensionOf[a.ContentType]
		if ext == "" {
			ext = "bin"
		}
		a.Name += "." + ext
	}
	if a.Blocked {
		a.Data = nil
	}
	return a
}

// NewAttachment is a file that did not come in a letter, under the same policy: base name,
// forbidden types blocked, hash taken.
func NewAttachment(name, contentType string, data []byte) Attachment {
	ctype, _, _ := strings.Cut(contentType, ";")
	return newAttachment([]string{name}, strings.TrimSpace(ctype), "", data)
}
