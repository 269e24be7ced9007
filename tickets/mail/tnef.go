package mail

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Outlook packs a letter's files and formatting into one part, winmail.dat, in the Transport
// Neutral Encapsulation Format. The layout here was checked against two independent readers
// (reference, section 3.7). Every read is bounded; garbage ends the reading quietly, because
// what came before it is worth having.

// The identifiers of the format.
const (
	tnefSignature = 0x223E9F78

	tnefOemCodepage      = 0x00069007
	tnefMsgProps         = 0x00069003
	tnefAttachRenddata   = 0x00069002
	tnefAttachTitle      = 0x00018010
	tnefAttachData       = 0x0006800F
	tnefAttachProps      = 0x00069005
	tnefPropBody         = 0x1000
	tnefPropHTML         = 0x1013
	tnefPropCodepage     = 0x3FDE
	tnefPropAttachName   = 0x3707
	tnefPropShortName    = 0x3704
	tnefPropAttachBytes  = 0x3701
	tnefPropAttachType   = 0x370E
	tnefPropAttachCID    = 0x3712
	tnefTypeString8      = 0x1E
	tnefTypeUnicode      = 0x1F
	tnefTypeObject       = 0x0D
	tnefTypeBinary       = 0x102
	tnefMultiValue       = 0x1000
	tnefNamedProperty    = 0x8000
	tnefAttachmentsMax   = partsMax
	tnefPropertiesMax    = 4096
	tnefValuesMax        = 1024
	tnefObjectHeaderSize = 16 // an embedded object begins with its interface id
)

// tnefFile is a file inside winmail.dat.
type tnefFile struct {
	name, title, contentType, contentID string
	data                                []byte
}

// tnef is what a winmail.dat holds.
type tnef struct {
	text, html string
	files      []tnefFile
}

// tnefCodepages maps Windows code pages to charset names.
var tnefCodepages = map[uint32]string{
	1250: "windows-1250", 1251: "windows-1251", 1252: "windows-1252", 1254: "windows-1254", 20127: "us-ascii", 20866: "koi8-r",
	21866: "koi8-u", 28591: "iso-8859-1", 28595: "iso-8859-5", 28605: "iso-8859-15", 866: "ibm866", 65001: "utf-8",
	932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5",
}

// readTNEF unpacks a winmail.dat; false if the bytes do not begin with the signature.
func readTNEF(data []byte) (tnef, bool) {
	r := tnefReader{rest: data}
	if sig, ok := r.u32(); !ok || sig != tnefSignature {
		return tnef{}, false
	}
	r.take(2) // key
	var out tnef
	oem, htmlPage := uint32(1252), uint32(0)
	var html []byte
	for {
		_, okLevel := r.take(1)
		id, okID := r.u32()
		size, okSize := r.u32()
		value, okValue := r.take(int(size))
		if _, okSum := r.take(2); !okLevel || !okID || !okSize || !okValue || !okSum {
			break
		}
		switch id {
		case tnefOemCodepage:
			if page := (&tnefReader{rest: value}); len(value) >= 4 {
				oem, _ = page.u32()
			}
		case tnefMsgProps:
			for _, p := range tnefProperties(value, oem) {
				switch p.id {
				case tnefPropBody:
					out.text = p.text
				case tnefPropHTML:
					html = p.bytes
				case tnefPropCodepage:
					htmlPage = p.number
				}
			}
		case tnefAttachRenddata:
			if len(out.files) >= tnefAttachmentsMax {
				return out, true
			}
			out.files = append(out.files, tnefFile{})
		case tnefAttachTitle, tnefAttachData, tnefAttachProps:
			if len(out.files) == 0 {
				out.files = append(out.files, tnefFile{})
			}
			out.files[len(out.files)-1].add(id, value, oem)
		}
	}
	// HTML bytes follow property 0x3FDE and not the OEM page, which may say something else.
	if html != nil {
		page := tnefCodepages[htmlPage]
		if page == "" {
			page = tnefCodepages[oem]
		}
		out.html, _ = decodeText(html, page)
	}
	for i := range out.files {
		if f := &out.files[i]; f.name == "" {
			f.name = f.title
		}
	}
	return out, true
}

// add takes one attribute of an attachment.
func (f *tnefFile) add(id uint32, value []byte, oem uint32) {
	switch id {
	case tnefAttachTitle:
		f.title = tnefString8(value, oem)
	case tnefAttachData:
		f.data = value
	case tnefAttachProps:
		for _, p := range tnefProperties(value, oem) {
			switch p.id {
			case tnefPropAttachName:
				f.name = p.text
			case tnefPropShortName:
				if f.title == "" {
					f.title = p.text
				}
			case tnefPropAttachType:
				f.contentType = p.text
			case tnefPropAttachCID:
				f.contentID = strings.Trim(p.text, "<>")
			case tnefPropAttachBytes:
				if len(f.data) == 0 {
					f.data = p.bytes
				}
			}
		}
	}
}

// tnefProperty is one value of a property list, in the form that its type has.
type tnefProperty struct {
	id     uint16
	text   string
	bytes  []byte
	number uint32
}

// tnefProperties reads a property list as far as it is sound.
func tnefProperties(data []byte, oem uint32) []tnefProperty {
	r := tnefReader{rest: data}
	count, ok := r.u32()
	if !ok {
		return nil
	}
	var out []tnefProperty
	for range min(count, tnefPropertiesMax) {
		kind, okKind := r.u16()
		id, okID := r.u16()
		if !okKind || !okID || id >= tnefNamedProperty && !r.skipName() {
			return out
		}
		p := tnefProperty{id: id}
		values := uint32(1)
		multi := kind&tnefMultiValue != 0
		kind &^= tnefMultiValue
		if multi || kind == tnefTypeString8 || kind == tnefTypeUnicode || kind == tnefTypeObject || kind == tnefTypeBinary {
			if values, ok = r.u32(); !ok || values > tnefValuesMax {
				return out
			}
		}
		for v := range values {
			value, ok := r.value(kind)
			if !ok {
				return out
			}
			if v > 0 {
				continue // only the first of several values is of use here
			}
			switch kind {
			case tnefTypeString8:
				p.text = tnefString8(value, oem)
			case tnefTypeUnicode:
				p.text = tnefUTF16(value)
			case tnefTypeObject:
				p.bytes = value[min(tnefObjectHeaderSize, len(value)):]
			case tnefTypeBinary:
				p.bytes = value
			default:
				if len(value) >= 4 {
					p.number = binary.LittleEndian.Uint32(value)
				}
			}
		}
		out = append(out, p)
	}
	return out
}

func tnefString8(b []byte, page uint32) string {
	if i := strings.IndexByte(string(b), 0); i >= 0 {
		b = b[:i]
	}
	text, _ := decodeText(b, tnefCodepages[page])
	return text
}

func tnefUTF16(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u := binary.LittleEndian.Uint16(b[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// tnefReader takes bytes off the front and says so when there are not enough.
type tnefReader struct{ rest []byte }

func (r *tnefReader) take(n int) ([]byte, bool) {
	if n < 0 || n > len(r.rest) {
		return nil, false
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b, true
}

func (r *tnefReader) u16() (uint16, bool) {
	b, ok := r.take(2)
	if !ok {
		return 0, false
	}
	return binary.LittleEndian.Uint16(b), true
}

func (r *tnefReader) u32() (uint32, bool) {
	b, ok := r.take(4)
	if !ok {
		return 0, false
	}
	return binary.LittleEndian.Uint32(b), true
}

// skipName passes over the name of a named property: a GUID, a kind, and a number or a text.
func (r *tnefReader) skipName() bool {
	if _, ok := r.take(16); !ok {
		return false
	}
	kind, okKind := r.u32()
	n, okN := r.u32()
	if !okKind || !okN {
		return false
	}
	if kind == 0 {
		return true
	}
	_, ok := r.take(padded(int(n)))
	return ok
}

// value takes one value of a type, with its padding.
func (r *tnefReader) value(kind uint16) ([]byte, bool) {
	switch kind {
	case tnefTypeString8, tnefTypeUnicode, tnefTypeObject, tnefTypeBinary:
		size, ok := r.u32()
		if !ok || int(size) > len(r.rest) {
			return nil, false
		}
		b, _ := r.take(int(size))
		r.take(min(padded(int(size))-int(size), len(r.rest)))
		return b, true
	case 2, 3, 4, 0xA, 0xB:
		return r.take(4)
	case 5, 6, 7, 0x14, 0x40:
		return r.take(8)
	case 0x48:
		return r.take(16)
	}
	return nil, false
}

// padded rounds up to a multiple of 4.
func padded(n int) int {
	if n < 0 || n > 1<<30 {
		return -1
	}
	return (n + 3) &^ 3
}
