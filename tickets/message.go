package tickets

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// The limits of what people write.
const (
	subjectRunesMax = 250
	bodyBytesMax    = 200 << 10
	nameRunesMax    = 200
	uploadsMax      = 10
)

// UploadsBytesMax is how large the files of one message may be together. The answer of an agent
// leaves by mail, where base64 makes four bytes of three: larger letters are refused by many servers.
const UploadsBytesMax = 20 << 20

// MessageKind says what an entry of a thread is.
type MessageKind string

// The kinds of entries.
const (
	MessagePublic MessageKind = "public" // between the client and the vendor
	MessageNote   MessageKind = "note"   // among staff; a client never sees it
	MessageEvent  MessageKind = "event"  // something that happened to the ticket
)

// AuthorKind says who wrote an entry.
type AuthorKind string

// The kinds of authors.
const (
	AuthorContact  AuthorKind = "contact"
	AuthorStaff    AuthorKind = "staff"
	AuthorStranger AuthorKind = "stranger" // writes by mail from an address that nobody knows
	AuthorSystem   AuthorKind = "system"
)

// Event names what happened to a ticket; the catalogue has a sentence "ticket.event.<event>".
type Event string

// The events.
const (
	EventAccount    Event = "account"     // it was found out whose ticket it is
	EventAssigned   Event = "assigned"    // Args: Name; empty for nobody
	EventBounced    Event = "bounced"     // our letter did not arrive; Args: Email, Reason
	EventBreached   Event = "breached"    // a promise broke; Args: Metric
	EventFollows    Event = "follows"     // goes on from another ticket; Args: Number
	EventOversized  Event = "oversized"   // a letter was too large to be taken; Args: Megabytes
	EventPriority   Event = "priority"    // Args: From, To
	EventReopenStop Event = "reopen_stop" // written to too often by mail; it was not reopened again
	EventStatus     Event = "status"      // Args: From, To
	EventSubject    Event = "subject"     // Args: From, To
	EventWarned     Event = "warned"      // a promise is about to break; Args: Metric, Percent
)

// publicEvents are shown to clients as well.
var publicEvents = map[Event]bool{EventStatus: true, EventOversized: true}

// Upload is a file that somebody attaches.
type Upload struct {
	Name        string
	ContentType string
	Data        []byte
}

// Attachment is a file of a message, without its bytes.
type Attachment struct {
	ID          int64
	Name        string
	ContentType string
	Size        int64 // bytes
	Inline      bool  // shown inside the HTML of its letter
	Blocked     bool  // refused by the policy: it can only be had in the raw letter
}

// Message is an entry of a ticket's thread.
type Message struct {
	ID          int64
	TicketID    int64
	Kind        MessageKind
	Channel     Channel
	AuthorKind  AuthorKind
	AuthorID    int64
	AuthorName  string
	AuthorEmail string
	Body        string // the whole text
	Shown       string // what of it was written rather than quoted; show this first
	HasHTML     bool   // MessageHTML has the letter as it was designed
	Event       Event
	EventArgs   prolong.Args
	Folded      bool // the letter of a machine: kept, of no effect
	MailID      int64
	CreatedAt   time.Time
	Attachments []Attachment
}

// Trimmed says whether there is more to read than what is shown first.
func (m Message) Trimmed() bool { return m.Shown != m.Body }

// author is who writes an entry.
type author struct {
	kind  AuthorKind
	id    int64
	name  string
	email string
	actor prolong.Actor
}

// authorOf describes an actor as an author, by the names that the room of people has for him.
func (s *Service) authorOf(ctx context.Context, tx postgres.Tx, actor prolong.Actor) (author, error) {
	switch actor.Kind {
	case prolong.ActorContact:
		p, err := s.people.Contact(ctx, tx, actor.ID)
		return author{AuthorContact, p.ID, p.Name, p.Email, actor}, err
	case prolong.ActorStaff:
		p, err := s.people.Staff(ctx, tx, actor.ID)
		return author{AuthorStaff, p.ID, p.Name, p.Email, actor}, err
	case prolong.ActorSystem:
		return systemAuthor(actor), nil
	case prolong.ActorMachine:
	}
	return author{}, forbidden()
}

func systemAuthor(actor prolong.Actor) author {
	return author{kind: AuthorSystem, name: actor.Name, actor: actor}
}

// client says whether the author speaks for the client.
func (a author) client() bool { return a.kind == AuthorContact || a.kind == AuthorStranger }

// newMessage is an entry to be written.
type newMessage struct {
	kind       MessageKind
	channel    Channel
	author     author
	body       string
	shown      string // empty takes the body
	html       string
	event      Event
	args       prolong.Args
	folded     bool
	mailID     int64
	requestKey string
	files      []mail.Attachment
}

// insertMessage writes an entry with its files and returns its id.
func insertMessage(ctx context.Context, tx postgres.Tx, t *ticketRow, m newMessage) (int64, error) {
	if m.shown == "" {
		m.shown = m.body
	}
	args := []byte("{}")
	if len(m.args) > 0 {
		var err error
		if args, err = json.Marshal(m.args); err != nil {
			return 0, err
		}
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, `
		INSERT INTO ticket_messages (ticket_id, account_id, kind, channel, author_kind, author_id, author_name, author_email, body, shown, html,
			event, event_args, folded, mail_id, request_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id`,
		t.ID, t.AccountID, m.kind, m.channel, m.author.kind, postgres.Nullable(m.author.id), m.author.name, m.author.email, storable(m.body), storable(m.shown), storable(m.html),
		m.event, args, m.folded, postgres.Nullable(m.mailID), m.requestKey, tx.Now).Scan(&id)
	if err != nil {
		return 0, err
	}
	return id, insertFiles(ctx, tx, t, id, m.files)
}

// insertEvent writes down that something happened.
func insertEvent(ctx context.Context, tx postgres.Tx, t *ticketRow, a author, e Event, args prolong.Args) error {
	_, err := insertMessage(ctx, tx, t, newMessage{kind: MessageEvent, channel: ChannelSystem, author: a, event: e, args: args})
	return err
}

// findRepeated returns the entry that an earlier copy of the same request wrote.
func findRepeated(ctx context.Context, tx postgres.Tx, ticketID int64, requestKey string) (int64, error) {
	if requestKey == "" {
		return 0, nil
	}
	var id int64
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM ticket_messages WHERE ticket_id = $1 AND request_key = $2`, ticketID, requestKey).Scan(&id)
	return id, err
}

// checkBody refuses an empty or endless text. A message may be nothing but files.
func checkBody(body string, files []mail.Attachment) (string, error) {
	body = strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), " \t\n")
	switch {
	case strings.TrimSpace(body) == "" && len(files) == 0:
		return "", prolong.NewError(prolong.CodeInvalid, "error.ticket_body_empty", nil)
	case len(body) > bodyBytesMax:
		return "", prolong.NewError(prolong.CodeInvalid, "error.ticket_body_long", prolong.Args{"Max": bodyBytesMax >> 10})
	}
	return storable(body), nil
}

// checkUploads applies the policy of attachments to uploaded files. What a letter may not
// bring is refused with its name, because here somebody can still repair it.
func checkUploads(uploads []Upload) ([]mail.Attachment, error) {
	if len(uploads) > uploadsMax {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_files_many", prolong.Args{"Max": uploadsMax})
	}
	files := make([]mail.Attachment, 0, len(uploads))
	total := 0
	for _, u := range uploads {
		total += len(u.Data)
		a := mail.NewAttachment(u.Name, u.ContentType, u.Data)
		switch {
		case len(u.Data) == 0:
			return nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_file_empty", prolong.Args{"Name": a.Name})
		case total > UploadsBytesMax:
			return nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_file_large", prolong.Args{"Name": a.Name, "Max": UploadsBytesMax >> 20})
		case a.Blocked:
			return nil, prolong.NewError(prolong.CodeInvalid, "error.ticket_file_blocked", prolong.Args{"Name": a.Name})
		}
		files = append(files, a)
	}
	return files, nil
}

// checkSubject cleans a subject line; an empty one is taken from the text.
func checkSubject(subject, body string) string {
	clean := strings.Join(strings.Fields(storable(subject)), " ")
	if clean == "" {
		clean = strings.Join(strings.Fields(body), " ")
	}
	if clean == "" {
		clean = "—"
	}
	return clip(clean, subjectRunesMax)
}

// clip bounds a text, with an ellipsis in place of what is cut off.
func clip(s string, runesMax int) string {
	if r := []rune(s); len(r) > runesMax {
		return string(r[:runesMax-1]) + "…"
	}
	return s
}

// storable is a text as PostgreSQL takes it: valid UTF-8 without NUL.
func storable(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "")
}
