package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// The limits of lists.
const (
	pageSizeDefault   = 50
	pageSizeMax       = 200
	threadMessagesMax = 1000
	snippetRunesMax   = 160
	searchRunesMax    = 100
)

// Order says how a list is sorted.
type Order string

// The orders.
const (
	OrderDue     Order = "due"     // what breaks first comes first; what promises nothing comes last
	OrderNewest  Order = "newest"  // filed last
	OrderUpdated Order = "updated" // touched last
)

// Filter chooses tickets; zero fields do not restrict.
type Filter struct {
	AccountID  int64
	ContactID  int64
	AssigneeID int64
	Unassigned bool
	NoAccount  bool // it is not known whose they are
	Statuses   []Status
	Open       bool // neither resolved nor closed
	Breached   bool
	Priority   Priority
	Channel    Channel
	Tag        string // key
	// Search is a number, or a part of the subject, the requester's name or address.
	Search string
	Order  Order // "" means OrderDue for staff, OrderUpdated for contacts
	Limit  int   // 0 means 50, at most 200
	Offset int
}

// ListTickets returns the tickets that the actor may see and the filter chooses, and how many
// there are in all.
func (s *Service) ListTickets(ctx context.Context, actor prolong.Actor, f Filter) (cards []Card, total int, err error) {
	err = s.inTx(ctx, "ListTickets", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		where := f.where(sc, args)
		if err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM tickets t WHERE `+where, args.Values...).Scan(&total); err != nil {
			return err
		}
		limit, offset := f.Limit, max(f.Offset, 0)
		if limit <= 0 {
			limit = pageSizeDefault
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t WHERE `+where+` ORDER BY `+f.orderBy(sc)+
			` LIMIT `+args.Add(min(limit, pageSizeMax))+` OFFSET `+args.Add(offset), args.Values...)
		list, err := postgres.Collect[ticketRow](rows, err)
		if err != nil {
			return err
		}
		cards, err = s.cards(ctx, tx, sc, list)
		return err
	})
	return cards, total, err
}

// where returns the conditions of the filter together with those of the scope.
func (f Filter) where(sc scope, args *postgres.Args) string {
	parts := []string{sc.where(args)}
	add := func(wanted bool, condition string) {
		if wanted {
			parts = append(parts, condition)
		}
	}
	eq := func(wanted bool, column string, v any) {
		if wanted {
			parts = append(parts, column+" = "+args.Add(v))
		}
	}
	eq(f.AccountID != 0, "t.account_id", f.AccountID)
	eq(f.ContactID != 0, "t.contact_id", f.ContactID)
	eq(f.AssigneeID != 0, "t.assignee_id", f.AssigneeID)
	eq(f.Priority != "", "t.priority", f.Priority)
	eq(f.Channel != "", "t.channel", f.Channel)
	add(f.Unassigned, "t.assignee_id IS NULL")
	add(f.NoAccount, "t.account_id IS NULL")
	add(f.Open, "t.status NOT IN ('resolved', 'closed')")
	add(f.Breached, "t.breached")
	if len(f.Statuses) > 0 {
		statuses := make([]string, 0, len(f.Statuses))
		for _, st := range f.Statuses {
			statuses = append(statuses, string(st))
		}
		parts = append(parts, "t.status = ANY("+args.Add(statuses)+")")
	}
	if f.Tag != "" && sc.all {
		parts = append(parts, "EXISTS (SELECT FROM ticket_taggings g JOIN support_tags v ON v.id = g.tag_id WHERE g.ticket_id = t.id AND v.key = "+args.Add(f.Tag)+")")
	}
	if q := strings.TrimSpace(clip(f.Search, searchRunesMax)); q != "" {
		if n, err := strconv.ParseInt(strings.TrimLeft(q, "#№ "), 10, 64); err == nil {
			parts = append(parts, "t.number = "+args.Add(n))
		} else {
			like := args.Add("%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%")
			parts = append(parts, "(t.subject ILIKE "+like+" OR t.contact_name ILIKE "+like+" OR t.contact_email LIKE lower("+like+"))")
		}
	}
	return strings.Join(parts, " AND ")
}

func (f Filter) orderBy(sc scope) string {
	order := f.Order
	if order == "" && !sc.all {
		order = OrderUpdated
	}
	switch order {
	case OrderNewest:
		return "t.id DESC"
	case OrderUpdated:
		return "t.updated_at DESC, t.id DESC"
	case OrderDue:
	}
	return "(t.status IN ('resolved', 'closed')), t.due_at NULLS LAST, t.id DESC"
}

// cards adds to tickets what a list shows of them.
func (s *Service) cards(ctx context.Context, tx postgres.Tx, sc scope, list []ticketRow) ([]Card, error) {
	ids := make([]int64, 0, len(list))
	for _, t := range list {
		ids = append(ids, t.ID)
	}
	clocks, err := loadClocks(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	tags := map[int64][]Tag{}
	if sc.all {
		if tags, err = loadTags(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	type lastRow struct {
		TicketID   int64
		AuthorKind AuthorKind
		Shown      string
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT ON (ticket_id) ticket_id, author_kind, left(shown, 400) AS shown FROM ticket_messages
		WHERE ticket_id = ANY($1) AND kind = 'public' AND NOT folded ORDER BY ticket_id, id DESC`, ids)
	last, err := postgres.Collect[lastRow](rows, err)
	if err != nil {
		return nil, err
	}
	lastOf := map[int64]lastRow{}
	for _, r := range last {
		lastOf[r.TicketID] = r
	}
	cards := make([]Card, 0, len(list))
	for i := range list {
		c := Card{Ticket: list[i].ticket(), Tags: tags[list[i].ID], LastAuthor: lastOf[list[i].ID].AuthorKind}
		c.Snippet = clip(strings.Join(strings.Fields(lastOf[list[i].ID].Shown), " "), snippetRunesMax)
		_, c.Countdown = countdowns(clocks[list[i].ID], tx.Now)
		cards = append(cards, c)
	}
	return cards, nil
}

// Thread returns everything that the page of a ticket shows. Returns CodeNotFound for a ticket
// that does not exist or that the actor may not know of.
func (s *Service) Thread(ctx context.Context, actor prolong.Actor, ticketID int64) (Thread, error) {
	var out Thread
	err := s.inTx(ctx, "Thread", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t WHERE t.id = `+args.Add(ticketID)+` AND `+sc.where(args), args.Values...)
		t, err := postgres.CollectOne[ticketRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return notFound(ticketID)
		}
		if err != nil {
			return err
		}
		out = Thread{Ticket: t.ticket(), NextStatuses: nextStatuses(t.Status, actor), MayReply: t.Status != StatusClosed, AsOf: tx.Now}
		clocks, err := loadClocks(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		out.Countdowns, out.Main = countdowns(clocks[t.ID], tx.Now)
		if out.Messages, err = loadMessages(ctx, tx, sc, t.ID); err != nil {
			return err
		}
		if out.Participants, err = loadParticipants(ctx, tx, t.ID); err != nil {
			return err
		}
		if t.FollowsID != nil { // 0 if the actor may not know of that one
			args := &postgres.Args{}
			if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(t.number), 0) FROM tickets t WHERE t.id = `+args.Add(*t.FollowsID)+` AND `+sc.where(args), args.Values...).Scan(&out.FollowsNumber); err != nil {
				return err
			}
			if out.FollowsNumber == 0 {
				out.FollowsID = 0
			}
		}
		if sc.all {
			tags, err := loadTags(ctx, tx, []int64{t.ID})
			out.Tags = tags[t.ID]
			return err
		}
		return nil
	})
	return out, err
}

// FindTicketByNumber returns the id of the ticket with a number that people know it by.
// Returns CodeNotFound as Thread does.
func (s *Service) FindTicketByNumber(ctx context.Context, actor prolong.Actor, number int64) (int64, error) {
	var id int64
	err := s.inTx(ctx, "FindTicketByNumber", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(t.id), 0) FROM tickets t WHERE t.number = `+args.Add(number)+` AND `+sc.where(args), args.Values...).Scan(&id); err != nil {
			return err
		}
		if id == 0 {
			return notFound(number)
		}
		return nil
	})
	return id, err
}

// messageRow is a row of ticket_messages without its HTML.
type messageRow struct {
	ID          int64
	TicketID    int64
	Kind        MessageKind
	Channel     Channel
	AuthorKind  AuthorKind
	AuthorID    *int64
	AuthorName  string
	AuthorEmail string
	Body        string
	Shown       string
	HasHTML     bool
	Event       Event
	EventArgs   []byte
	Folded      bool
	MailID      *int64
	CreatedAt   time.Time
}

// loadMessages returns the entries of a thread that the scope may read.
func loadMessages(ctx context.Context, tx postgres.Tx, sc scope, ticketID int64) ([]Message, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT m.id, m.ticket_id, m.kind, m.channel, m.author_kind, m.author_id, m.author_name, m.author_email, m.body, m.shown,
			m.html <> '' AS has_html, m.event, m.event_args, m.folded, m.mail_id, m.created_at
		FROM ticket_messages m WHERE m.ticket_id = $1 AND ($2 OR m.kind <> 'note' AND NOT m.folded) ORDER BY m.id LIMIT $3`, ticketID, sc.all, threadMessagesMax)
	list, err := postgres.Collect[messageRow](rows, err)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(list))
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	files, err := loadAttachments(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Message, 0, len(list))
	for _, r := range list {
		if r.Kind == MessageEvent && !sc.all && !publicEvents[r.Event] {
			continue
		}
		m := Message{
			ID: r.ID, TicketID: r.TicketID, Kind: r.Kind, Channel: r.Channel, AuthorKind: r.AuthorKind, AuthorID: postgres.Value(r.AuthorID), AuthorName: r.AuthorName,
			AuthorEmail: r.AuthorEmail, Body: r.Body, Shown: r.Shown, HasHTML: r.HasHTML, Event: r.Event, Folded: r.Folded, MailID: postgres.Value(r.MailID),
			CreatedAt: r.CreatedAt, Attachments: files[r.ID],
		}
		if !sc.all && m.AuthorKind == AuthorStaff {
			m.AuthorEmail, m.AuthorID = "", 0 // clients write to the ticket, not to the person
		}
		if len(r.EventArgs) > 2 {
			if err := json.Unmarshal(r.EventArgs, &m.EventArgs); err != nil {
				return nil, err
			}
		}
		out = append(out, m)
	}
	return out, nil
}

func loadParticipants(ctx context.Context, tx postgres.Tx, ticketID int64) ([]Participant, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT email, name FROM ticket_participants WHERE ticket_id = $1 ORDER BY email`, ticketID)
	return postgres.Collect[Participant](rows, err)
}

// MessageHTML returns a letter as its sender designed it, made harmless: the page shows it in a
// sandboxed frame. Pictures from elsewhere are left out unless remote is true; attachmentURL
// says where the letter's own pictures are served. Returns CodeNotFound as Thread does, and for
// a message without HTML.
func (s *Service) MessageHTML(ctx context.Context, actor prolong.Actor, messageID int64, remote bool, attachmentURL func(attachmentID int64) string) (mail.SafeHTML, error) {
	var out mail.SafeHTML
	err := s.inTx(ctx, "MessageHTML", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		where := `m.id = ` + args.Add(messageID) + ` AND m.html <> '' AND ` + sc.where(args)
		if !sc.all {
			where += ` AND m.kind = 'public' AND NOT m.folded`
		}
		var html string
		if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(m.html), '') FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id WHERE `+where, args.Values...).Scan(&html); err != nil {
			return err
		}
		if html == "" {
			return notFound(messageID)
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+attachmentColumns+` FROM ticket_attachments a WHERE a.message_id = $1 AND NOT a.blocked AND a.content_id <> ''`, messageID)
		files, err := postgres.Collect[attachmentRow](rows, err)
		if err != nil {
			return err
		}
		out = mail.Sanitize(html, remote, func(contentID string) string {
			for _, f := range files {
				if f.ContentID == contentID {
					return attachmentURL(f.ID)
				}
			}
			return ""
		})
		return nil
	})
	return out, err
}
