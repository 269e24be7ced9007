package mail

import (
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
)

// mediaType is enmime's tolerant reader of Content-Type, except that it never refuses: what
// it cannot read at all is a file of unknown bytes.
func mediaType(ctype string) (mtype string, params map[string]string, invalid []string, err error) {
	mtype, params, invalid, err = mediatype.Parse(ctype)
	if err != nil {
		return "application/octet-stream", map[string]string{}, nil, nil //nolint:nilerr // as said
	}
	return mtype, params, invalid, nil
}

// body collects the text and files of a letter from its parts.
type body struct {
	depth     int
	parts     int
	plain     []string
	html      []string
	files     []Attachment
	report    *Report
	kinds     kinds
	fallback  string // text of a letter that is nothing but a wrapper around another
	signed    bool
	encrypted bool
}

// kinds are the report types met among the parts.
type kinds struct{ deliveryStatus, dispositionNotification, feedbackReport bool }

// walk takes the parts in order, as a reader would see them.
func (b *body) walk(p *enmime.Part) {
	for ; p != nil; p = p.NextSibling {
		if b.parts++; b.parts > partsMax {
			return
		}
		switch {
		case p.ContentType == "multipart/alternative" && p.FirstChild != nil:
			b.alternative(p)
		case p.FirstChild != nil:
			b.signed = b.signed || p.ContentType == "multipart/signed"
			b.encrypted = b.encrypted || p.ContentType == "multipart/encrypted"
			b.walk(p.FirstChild)
		default:
			b.leaf(p)
		}
		if p.Parent == nil {
			return // the root has no neighbours
		}
	}
}

// alternative takes both forms of one text: the plain one and the HTML one. They are chosen
// between by content at the end, because an empty plain form beside a full HTML one is common.
func (b *body) alternative(p *enmime.Part) {
	inner := body{depth: b.depth, parts: b.parts}
	inner.walk(p.FirstChild)
	b.parts, b.files = inner.parts, append(b.files, inner.files...)
	b.kinds.merge(inner.kinds)
	if b.report == nil {
		b.report = inner.report
	}
	plain, html := join(inner.plain), strings.Join(inner.html, "\n")
	if html != "" {
		b.html = append(b.html, html)
		if text := PlainText(html); tooShort(plain, text) {
			plain = text
		}
	}
	if strings.TrimSpace(plain) != "" {
		b.plain = append(b.plain, plain)
	}
	if b.fallback == "" {
		b.fallback = inner.fallback
	}
}

// tooShort says whether the plain form lacks what the HTML form says.
func tooShort(plain, fromHTML string) bool {
	return strings.TrimSpace(plain) == "" || len(plain)*10 < len(fromHTML)
}

// leaf takes a part without children.
func (b *body) leaf(p *enmime.Part) {
	h := fields(p.Header)
	ctype := p.ContentType
	if ctype == "" && p.Parent != nil && p.Parent.ContentType == "multipart/digest" {
		ctype = "message/rfc822" // RFC 2046: the default inside a digest
	}
	names := partNames(h)
	disposition := ""
	for _, v := range h.all("Content-Disposition") { // of several fields an "attachment" wins
		d, _, _ := strings.Cut(strings.ToLower(v), ";")
		if d = strings.TrimSpace(d); disposition == "" || d == "attachment" {
			disposition = d
		}
	}
	text := strings.HasPrefix(ctype, "text/plain") || strings.HasPrefix(ctype, "text/html") || ctype == "" || strings.HasPrefix(ctype, "multipart/")
	switch {
	case ctype == "message/delivery-status":
		b.kinds.deliveryStatus = true
		b.addReport(deliveryReport(partBytes(p)))
	case ctype == "message/disposition-notification":
		b.kinds.dispositionNotification = true
		b.addReport(dispositionReport(partBytes(p)))
	case ctype == "message/feedback-report":
		b.kinds.feedbackReport = true
		b.addReport(feedbackReport(partBytes(p)))
	case ctype == "message/rfc822" || ctype == "message/global":
		b.nested(p, names)
	case ctype == "text/rfc822-headers" && len(names) == 0:
		b.addOriginal(partBytes(p))
	case ctype == "application/ms-tnef" || len(names) > 0 && strings.EqualFold(names[0], "winmail.dat"):
		b.tnef(p, names, disposition)
	case text && disposition != "attachment" && len(names) == 0:
		b.text(p, ctype)
	default:
		b.file(p, names, ctype, disposition)
	}
}

// text takes a part that is read, not saved.
func (b *body) text(p *enmime.Part, ctype string) {
	s := partText(p)
	if strings.TrimSpace(s) == "" {
		return
	}
	if ctype != "text/html" {
		b.plain = append(b.plain, s)
		return
	}
	b.html = append(b.html, s)
	// Outside of multipart/alternative an HTML part is a piece of the text by itself.
	if p.Parent == nil || p.Parent.ContentType != "multipart/alternative" && !insideAlternative(p) {
		if text := PlainText(s); text != "" {
			b.plain = append(b.plain, text)
		}
	}
}

// insideAlternative says whether the part is the HTML half of an alternative, as in
// alternative(plain, related(html, image)).
func insideAlternative(p *enmime.Part) bool {
	for q := p.Parent; q != nil; q = q.Parent {
		if q.ContentType == "multipart/alternative" {
			return true
		}
	}
	return false
}

// partBytes returns the content of a part, its transfer encoding undone.
func partBytes(p *enmime.Part) []byte {
	return decodeTransfer(p.Content, fields(p.Header).raw("Content-Transfer-Encoding"))
}

// partText returns the content of a text part as text.
func partText(p *enmime.Part) string {
	declared := headerParams(fields(p.Header).raw("Content-Type"))["charset"]
	text, _ := decodeText(partBytes(p), declared)
	return limitText(text)
}

func limitText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.ReplaceAll(s, "\x00", "") // PostgreSQL's text has no NUL
	if len(s) > textBytesMax {
		s = strings.ToValidUTF8(s[:textBytesMax], "")
	}
	return s
}

// file takes a part that is saved.
func (b *body) file(p *enmime.Part, names []string, ctype, disposition string) {
	cid := strings.Trim(fields(p.Header).first("Content-Id"), "<> ")
	a := newAttachment(names, ctype, cid, partBytes(p))
	a.Inline = disposition != "attachment" && cid != "" && strings.HasPrefix(a.ContentType, "image/")
	b.files = append(b.files, a)
}

// tnef unpacks winmail.dat; what only bears its name stays a file.
func (b *body) tnef(p *enmime.Part, names []string, disposition string) {
	t, ok := readTNEF(partBytes(p))
	if !ok {
		b.file(p, names, p.ContentType, disposition)
		return
	}
	switch {
	case t.html != "":
		b.html = append(b.html, limitText(t.html))
		if len(b.plain) == 0 {
			b.plain = append(b.plain, PlainText(t.html))
		}
	case strings.TrimSpace(t.text) != "" && len(b.plain) == 0:
		b.plain = append(b.plain, limitText(t.text))
	}
	for _, f := range t.files {
		a := newAttachment([]string{f.name, f.title}, f.contentType, f.contentID, f.data)
		a.Inline = f.contentID != "" && strings.HasPrefix(a.ContentType, "image/")
		b.files = append(b.files, a)
	}
}

// nested takes a letter inside the letter: a file, named by its subject, and what it tells
// about the letter that a report is about.
func (b *body) nested(p *enmime.Part, names []string) {
	raw := partBytes(p)
	a := newAttachment(append(names, "message.eml"), "message/rfc822", "", raw)
	a.Nested = true
	if b.depth < nestedLettersTo {
		if inner, err := read(raw, b.depth+1); err == nil {
			if len(names) == 0 && inner.Subject != "" {
				a.Name = cleanName(inner.Subject + ".eml")
			}
			if b.fallback == "" {
				b.fallback = inner.Text
			}
			if b.report != nil && b.report.OriginalID == "" {
				b.report.OriginalID = inner.MessageID
			}
		}
	}
	b.files = append(b.files, a)
}

// addReport takes the machine-readable part of a report; a second one is ignored.
func (b *body) addReport(r *Report) {
	if b.report == nil {
		b.report = r
	}
}

// addOriginal takes the header of the letter that a report is about.
func (b *body) addOriginal(header []byte) {
	inner, err := read(append(slices.Clone(header), "\n\n-"...), nestedLettersTo)
	if err == nil && b.report != nil && b.report.OriginalID == "" {
		b.report.OriginalID = inner.MessageID
	}
}

// finish puts the pieces together.
func (b *body) finish(l *Letter) {
	l.Text, l.HTML = join(b.plain), strings.Join(b.html, "\n")
	// A letter that is nothing but a wrapper shows what is in its first letter.
	if l.Text == "" && l.HTML == "" && !slices.ContainsFunc(b.files, func(a Attachment) bool { return !a.Nested }) {
		l.Text = b.fallback
	}
	l.Attachments = b.files
	l.Signed, l.Encrypted = b.signed, b.encrypted
	html := l.HTML
	for i := range l.Attachments { // an image with disposition "attachment" may still be part of the text
		if a := &l.Attachments[i]; a.ContentID != "" && strings.Contains(html, "cid:"+a.ContentID) {
			a.Inline = true
		}
	}
}

func (k *kinds) merge(o kinds) {
	k.deliveryStatus = k.deliveryStatus || o.deliveryStatus
	k.dispositionNotification = k.dispositionNotification || o.dispositionNotification
	k.feedbackReport = k.feedbackReport || o.feedbackReport
}

func join(texts []string) string {
	return strings.Trim(strings.Join(texts, "\n"), "\n")
}

// partNames returns the names that a part gives its file, the better one first. Content-Type
// comes before Content-Disposition: where they differ, old mailers have put the whole name
// there and a mangled one into the younger field.
func partNames(h fields) []string {
	var names []string
	for _, src := range [][2]string{{"Content-Type", "name"}, {"Content-Disposition", "filename"}, {"Content-Type", "file"}, {"Content-Type", "filename"}} {
		for _, raw := range h.all(src[0]) {
			if n := headerParams(raw)[src[1]]; n != "" {
				names = append(names, n)
			}
		}
	}
	return names
}
