package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"

	"encoding/base64"

	"prolong/notify"
)

// Mailbox is the mail server of the virtual clients: the last hop of the product's letters.
type Mailbox struct {
	next notify.Transport

	mu       sync.Mutex
	unread   []letter
	received int
	faults   []error
}

// letter is what a client sees.
type letter struct {
	to, subject, text string
	id, replyTo       string // as the headers have them, the address bare
	papers            int    // PDF files attached
}

// NewMailbox returns an empty mailbox, to be the transport of the outbox. Letters are also
// handed on to next unless it is nil.
func NewMailbox(next notify.Transport) *Mailbox { return &Mailbox{next: next} }

// Send takes a letter. One that a mail program could not read stops the run.
func (m *Mailbox) Send(ctx context.Context, message *notify.Mail) error {
	var raw bytes.Buffer
	if _, err := message.WriteTo(&raw); err != nil {
		return err
	}
	l, err := readLetter(&raw)
	l.to = message.To
	m.mu.Lock()
	m.received++
	if err != nil {
		m.faults = append(m.faults, fmt.Errorf("letter to %s: %w", message.To, err))
	} else {
		m.unread = append(m.unread, l)
	}
	m.mu.Unlock()
	if m.next == nil {
		return nil
	}
	return m.next.Send(ctx, message)
}

// collect returns the letters that came since the last call.
func (m *Mailbox) collect() (letters []letter, received int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	letters, m.unread = m.unread, nil
	return letters, m.received, errors.Join(m.faults...)
}

// readLetter takes a message of RFC 5322 apart.
func readLetter(r io.Reader) (letter, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return letter{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return letter{}, err
	}
	l := letter{subject: subject, id: message.Header.Get("Message-Id")}
	if reply, err := message.Header.AddressList("Reply-To"); err == nil && len(reply) > 0 {
		l.replyTo = reply[0].Address
	}
	err = l.take(message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), message.Body)
	if err == nil && l.text == "" {
		err = errors.New("no text")
	}
	return l, err
}

const pdfMagic = "%PDF-"

// take reads one part of a message, with the parts inside it.
func (l *letter) take(contentType, transferEncoding string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := l.take(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); err != nil {
				return err
			}
		}
	case kind == "text/plain":
		text, err := io.ReadAll(decoded(transferEncoding, body))
		l.text = strings.ReplaceAll(string(text), "\r\n", "\n")
		return err
	case kind == "application/pdf":
		head := make([]byte, len(pdfMagic))
		if _, err := io.ReadFull(decoded(transferEncoding, body), head); err != nil || string(head) != pdfMagic {
			return fmt.Errorf("the attached file is no PDF: %q: %w", head, err)
		}
		l.papers++
	}
	return nil
}

func decoded(transferEncoding string, body io.Reader) io.Reader {
	switch strings.ToLower(transferEncoding) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
