package notify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/textproto"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Mail is a composed message on its way to a Transport.
type Mail struct {
	// MessageID is without angle brackets; every attempt has the same.
	MessageID string
	From, To  string
	msg       *gomail.Msg
}

// WriteTo writes the message in the form of RFC 5322.
func (m *Mail) WriteTo(w io.Writer) (int64, error) { return m.msg.WriteTo(w) }

// file is a resolved attachment.
type file struct {
	name, mime string
	body       []byte
}

// compose puts the letter, the headers and the files together.
func (s *Service) compose(m *outgoing, letter Letter, files []file, now time.Time) (*Mail, error) {
	head := m.letterhead.or(s.cfg.Letterhead)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.SetMessageIDWithValue(m.messageID)
	msg.SetDateWithValue(now)
	if err := msg.FromFormat(head.Brand, s.cfg.From); err != nil {
		return nil, fmt.Errorf("the sender's address: %w", err)
	}
	if err := msg.AddToFormat(m.recipient.Name, m.recipient.Email); err != nil {
		return nil, fmt.Errorf("the recipient's address: %w", err)
	}
	if reply := s.replyTo(m); reply != "" {
		if err := msg.ReplyToFormat(head.Brand, reply); err != nil {
			return nil, fmt.Errorf("the address for replies: %w", err)
		}
	}
	if m.inReplyTo != "" {
		msg.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, "<"+m.inReplyTo+">")
	}
	if refs := strings.Fields(m.references); len(refs) > 0 {
		// one id per line: a folded header keeps below the 998 bytes of RFC 5322
		msg.SetGenHeaderPreformatted(gomail.HeaderReferences, "<"+strings.Join(refs, ">\r\n <")+">")
	}
	if !m.spec.personal {
		// RFC 3834: vacation programs and our own mail intake do not answer this
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
		msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	}
	if m.spec.marketing {
		if err := msg.SetListUnsubscribeOneClick(m.unsubscribeURL); err != nil {
			return nil, fmt.Errorf("the unsubscribe link: %w", err)
		}
	}
	msg.Subject(letter.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, letter.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, letter.HTML)
	for _, f := range files {
		if err := attach(msg, f); err != nil {
			return nil, err
		}
	}
	return &Mail{MessageID: m.messageID, From: s.cfg.From, To: m.recipient.Email, msg: msg}, nil
}

// attach adds a file under a name that every mail program reads. go-mail writes RFC 2047
// words inside a quoted file name (wneessen/go-mail#605), which RFC 2231 forbids; so the
// header is written here: an ASCII name for the programs of old, the real one in filename*.
func attach(msg *gomail.Msg, f file) error {
	ascii := asciiName(f.name)
	body := bytes.NewReader(f.body)
	return msg.AttachReader(ascii, body, gomail.WithFileContentType(gomail.ContentType(f.mime)), func(o *gomail.File) {
		if o.Header == nil {
			o.Header = textproto.MIMEHeader{}
		}
		o.Header.Set("Content-Disposition", dispositionHeader(ascii, f.name))
	})
}

// dispositionHeader writes Content-Disposition by RFC 2231 and RFC 6266, folded between the two
// names.
func dispositionHeader(ascii, name string) string {
	h := `attachment; filename="` + ascii + `"`
	if ascii != name {
		h += ";\r\n filename*=UTF-8''" + extendedValue(name)
	}
	return h
}

// extendedValue percent-encodes all but the attr-char of RFC 5987.
func extendedValue(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < utf8.RuneSelf && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// fileNameBytesMax keeps a name below what file systems take and, percent-encoded, below the
// line length of RFC 5322.
const fileNameBytesMax = 240

// fileName makes a name safe for headers and file systems: no control characters, slashes or
// quotes, and cut in the middle, so that the extension stays, if it is too long.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\"`, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	if len(name) <= fileNameBytesMax {
		return name
	}
	head, tail := name[:fileNameBytesMax*3/4], name[len(name)-fileNameBytesMax/4+len("…"):]
	return strings.ToValidUTF8(head, "") + "…" + strings.ToValidUTF8(tail, "")
}

var repeatedDashes = regexp.MustCompile(`-{2,}`)

// asciiName writes a file name in Latin letters: "Счёт 58-1.pdf" is "Schet-58-1.pdf".
func asciiName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch latin, ok := latinLetters[unicode.ToLower(r)]; {
		case ok && unicode.IsUpper(r) && latin != "":
			b.WriteString(strings.ToUpper(latin[:1]) + latin[1:])
		case ok:
			b.WriteString(latin)
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-()", r)):
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	s := strings.Trim(repeatedDashes.ReplaceAllString(b.String(), "-"), "-")
	if s == "" || strings.HasPrefix(s, ".") {
		s = "document" + s
	}
	return s
}

// latinLetters transliterates Russian, Ukrainian and Kazakh letters the way file names of
// accounting programs are read: schet, akt, upd.
var latinLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f",
	'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "sch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'і': "i", 'ї': "i", 'є': "e", 'ґ': "g", '’': "",
	'ә': "a", 'ғ': "g", 'қ': "k", 'ң': "n", 'ө': "o", 'ұ': "u", 'ү': "u", 'һ': "h",
	'№': "N", '«': "", '»': "",
}

// resolve fetches the files that the message refers to.
func (s *Service) resolve(ctx context.Context, refs []Attachment) ([]file, error) {
	files := make([]file, 0, len(refs))
	for _, ref := range refs {
		if s.attacher == nil {
			return nil, fmt.Errorf("attachment %s %d: no source of attachments is plugged in", ref.Kind, ref.ID)
		}
		name, mime, body, err := s.attacher.Attachment(ctx, ref.Kind, ref.ID)
		if err != nil {
			return nil, fmt.Errorf("attachment %s %d: %w", ref.Kind, ref.ID, err)
		}
		files = append(files, file{name: fileName(name), mime: mime, body: body})
	}
	return files, nil
}

// replyTo returns where answers to the message go. {token} in the service's pattern becomes
// the local part of the Message-ID, by which the mail intake finds the message again.
func (s *Service) replyTo(m *outgoing) string {
	if m.replyTo != "" {
		return m.replyTo
	}
	token, _, _ := strings.Cut(m.messageID, "@")
	return strings.ReplaceAll(s.cfg.ReplyTo, "{token}", token)
}
