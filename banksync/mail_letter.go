package banksync

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"
)

// bankLetter is what of a letter matters here.
type bankLetter struct {
	from  string // the address, lower case
	auth  []string
	files []mailFile
}

// mailFile is an attachment, or a file of an attached archive.
type mailFile struct {
	name string
	body []byte
}

const (
	mailPartsMax = 100 // of one letter
	mailDepthMax = 6
	zipFilesMax  = 50
)

// words decodes names that are written in any charset.
var words = mime.WordDecoder{CharsetReader: charset.NewReaderLabel}

// readLetter reads sender, proof and attachments. A part that is broken is left out.
func readLetter(raw []byte) (bankLetter, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return bankLetter{}, err
	}
	// Two senders are one too many to be proven.
	senders := m.Header["From"]
	if len(senders) != 1 {
		return bankLetter{}, fmt.Errorf("%d senders", len(senders))
	}
	parser := mail.AddressParser{WordDecoder: &words}
	from, err := parser.Parse(senders[0])
	if err != nil {
		return bankLetter{}, err
	}
	letter := bankLetter{from: strings.ToLower(from.Address), auth: m.Header["Authentication-Results"]}
	left := mailPartsMax
	letter.collect(m.Header.Get("Content-Type"), m.Header.Get("Content-Disposition"), m.Header.Get("Content-Transfer-Encoding"), m.Body, 0, &left)
	return letter, nil
}

func (l *bankLetter) collect(contentType, disposition, encoding string, body io.Reader, depth int, left *int) {
	if *left--; *left < 0 || depth > mailDepthMax {
		return
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err == nil && strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return // the end, or a letter that was cut off
			}
			l.collect(part.Header.Get("Content-Type"), part.Header.Get("Content-Disposition"), part.Header.Get("Content-Transfer-Encoding"), part, depth+1, left)
		}
	}
	name := params["name"]
	if _, d, err := mime.ParseMediaType(disposition); err == nil && d["filename"] != "" {
		name = d["filename"]
	}
	if name == "" {
		return // the text of the letter
	}
	if decoded, err := words.DecodeHeader(name); err == nil {
		name = decoded
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, &noBlanks{r: body})
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(io.LimitReader(body, uploadBytesMax+1))
	if err != nil || len(data) == 0 || len(data) > uploadBytesMax {
		return
	}
	l.add(filepath.Base(strings.ReplaceAll(name, "\\", "/")), data)
}

// add keeps a file; of an archive the files in it.
func (l *bankLetter) add(name string, data []byte) {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) || strings.EqualFold(filepath.Ext(name), ".xlsx") {
		l.files = append(l.files, mailFile{name, data})
		return
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return
	}
	rest := int64(uploadBytesMax)
	for _, f := range archive.File[:min(len(archive.File), zipFilesMax)] {
		if f.FileInfo().IsDir() {
			continue
		}
		content, err := unzip(f, rest)
		if err != nil {
			continue // encrypted, broken, or larger than it says
		}
		rest -= int64(len(content))
		l.files = append(l.files, mailFile{filepath.Base(f.Name), content})
	}
}

var errTooLarge = errors.New("larger than allowed")

func unzip(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // only read
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = errTooLarge
	}
	return content, err
}

// noBlanks drops what mail programs put between the lines of base64.
type noBlanks struct{ r io.Reader }

func (n *noBlanks) Read(p []byte) (int, error) {
	for {
		k, err := n.r.Read(p)
		kept := 0
		for _, b := range p[:k] {
			if b > ' ' {
				p[kept] = b
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// statementLike says whether a file that cannot be read was meant to be a statement: its bank
// is listed, and its name is not that of a picture or a paper.
func (f mailFile) statementLike() bool {
	return slices.Contains([]string{".txt", ".xml", ".csv", ".sta", ".mt", ".940", ".json", ".1c"}, strings.ToLower(filepath.Ext(f.name)))
}

// signedBy finds the domain whose signature held, in what a mail server says (RFC 8601).
var signedBy = regexp.MustCompile(`(?i)\bdkim\s*=\s*pass\b[^;]*\bheader\.(?:d|i)\s*=\s*"?@?([a-z0-9.-]+)`)

// proven says whether the letter comes from a listed sender and our own mail server has found it
// signed by the sender's domain. Only the topmost results are our server's: those below came with
// the letter, and anybody can write them.
func (l bankLetter) proven(box Mailbox) bool {
	_, domain, ok := strings.Cut(l.from, "@")
	if !ok || !slices.ContainsFunc(box.Senders, func(s string) bool {
		s = strings.ToLower(strings.TrimSpace(s))
		return s == l.from || s == "@"+domain
	}) || len(l.auth) == 0 {
		return false
	}
	server, results, _ := strings.Cut(l.auth[0], ";")
	name, _, _ := strings.Cut(strings.TrimSpace(server), " ")
	if !slices.ContainsFunc(box.AuthServers, func(s string) bool { return strings.EqualFold(s, name) }) {
		return false
	}
	for _, m := range signedBy.FindAllStringSubmatch(results, -1) {
		signer := strings.ToLower(strings.Trim(m[1], "."))
		if signer == domain || strings.HasSuffix(domain, "."+signer) && strings.Contains(signer, ".") {
			return true
		}
	}
	return false
}
