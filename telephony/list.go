package telephony

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets"
)

// The limits of lists and notes.
const (
	pageSizeDefault = 50
	pageSizeMax     = 200
	noteBytesMax    = 20 << 10
)

// Call is a call as lists and cards show it.
type Call struct {
	ID          int64
	Direction   Direction
	State       CallState
	Outcome     Outcome
	Missed      bool // a client called and nobody talked to him
	AccountID   int64
	ContactID   int64
	Phone       string // the client's, E.164; "" if hidden
	PhoneRaw    string // as the exchange wrote it; staff only
	Extension   string // staff only
	AgentID     int64  // staff only
	AgentName   string // for clients the first name only
	Trunk       string // staff only
	StartedAt   time.Time
	AnsweredAt  time.Time
	EndedAt     time.Time
	TalkSeconds int
	Final       bool // the exchange's history has confirmed it
	TicketID    int64
	Note        string        // staff only
	Tags        []tickets.Tag // staff only
	// Recording says whether there may be one to listen to. Staff only.
	Recording bool
}

// Filter chooses calls; zero fields do not restrict.
type Filter struct {
	AccountID int64
	AgentID   int64
	TicketID  int64
	Phone     string // a part of the number
	Direction Direction
	Missed    bool
	Untagged  bool   // ended conversations without a tag; staff only
	Tag       string // key; staff only
	From, To  time.Time
	NoAccount bool // it is not known whose they are; staff only
	Limit     int  // 0 means 50, at most 200
	Offset    int
}

// ListCalls returns the calls that the actor may see and the filter chooses, latest first, and
// how many there are in all. Contacts see the calls of the accounts that they belong to today;
// calls among ourselves nobody but staff.
func (s *Service) ListCalls(ctx context.Context, actor prolong.Actor, f Filter) (out []Call, total int, err error) {
	err = s.inTx(ctx, "ListCalls", func(ctx context.Context, tx postgres.Tx) error {
		args := &postgres.Args{}
		scope, staff, err := s.scope(ctx, tx, actor, args)
		if err != nil {
			return err
		}
		where, err := s.where(ctx, tx, f, scope, staff, args)
		if err != nil {
			return err
		}
		if err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM calls c WHERE `+where, args.Values...).Scan(&total); err != nil {
			return err
		}
		limit := f.Limit
		if limit <= 0 {
			limit = pageSizeDefault
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE `+where+` ORDER BY c.started_at DESC, c.id DESC LIMIT `+
			args.Add(min(limit, pageSizeMax))+` OFFSET `+args.Add(max(f.Offset, 0)), args.Values...)
		list, err := postgres.Collect[callRow](rows, err)
		if err != nil {
			return err
		}
		out, err = s.calls(ctx, tx, list, staff)
		return err
	})
	return out, total, err
}

// FindCall returns one call. Returns CodeNotFound for one that does not exist or that the
// actor may not know of.
func (s *Service) FindCall(ctx context.Context, actor prolong.Actor, callID int64) (Call, error) {
	var out Call
	err := s.inTx(ctx, "FindCall", func(ctx context.Context, tx postgres.Tx) error {
		args := &postgres.Args{}
		scope, staff, err := s.scope(ctx, tx, actor, args)
		if err != nil {
			return err
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.id = `+args.Add(callID)+` AND `+scope, args.Values...)
		r, err := postgres.CollectOne[callRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return notFound(callID)
		}
		if err != nil {
			return err
		}
		list, err := s.calls(ctx, tx, []callRow{r}, staff)
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

// scope returns the condition on the table alias c that keeps the actor to what he may see.
func (s *Service) scope(ctx context.Context, tx postgres.Tx, actor prolong.Actor, args *postgres.Args) (where string, staff bool, err error) {
	switch actor.Kind {
	case prolong.ActorStaff, prolong.ActorSystem:
		return "true", true, nil
	case prolong.ActorContact:
		p, err := s.people.Contact(ctx, tx, actor.ID)
		if err != nil {
			return "", false, err
		}
		return "c.direction <> 'local' AND c.account_id = ANY(" + args.Add(append([]int64{}, p.Accounts...)) + ")", false, nil
	case prolong.ActorMachine:
	}
	return "", false, forbidden()
}

// where returns the condition on the table alias c of the calls that a filter chooses.
func (s *Service) where(ctx context.Context, tx postgres.Tx, f Filter, scope string, staff bool, args *postgres.Args) (string, error) {
	parts := []string{scope}
	add := func(wanted bool, condition string) {
		if wanted {
			parts = append(parts, condition)
		}
	}
	with := func(wanted bool, condition string, v any) {
		if wanted {
			parts = append(parts, condition+args.Add(v))
		}
	}
	with(f.AccountID != 0, "c.account_id = ", f.AccountID)
	with(f.AgentID != 0 && staff, "c.agent_id = ", f.AgentID)
	with(f.TicketID != 0, "c.ticket_id = ", f.TicketID)
	with(f.Direction != "", "c.direction = ", f.Direction)
	with(!f.From.IsZero(), "c.started_at >= ", f.From)
	with(!f.To.IsZero(), "c.started_at < ", f.To)
	add(f.Missed, "c.direction = 'inbound' AND c.state = 'ended' AND c.outcome IN ('gave_up', 'busy', 'no_answer')")
	add(f.NoAccount && staff, "c.account_id IS NULL AND c.direction <> 'local'")
	add(f.Untagged && staff, "c.outcome = 'answered' AND c.direction <> 'local' AND NOT EXISTS (SELECT FROM call_taggings g WHERE g.call_id = c.id)")
	if f.Tag != "" && staff {
		tag, _, err := s.tickets.FindTag(ctx, tx, f.Tag) // no call bears a word that does not exist
		if err != nil {
			return "", err
		}
		parts = append(parts, "EXISTS (SELECT FROM call_taggings g WHERE g.call_id = c.id AND g.tag_id = "+args.Add(tag.ID)+")")
	}
	if digits := onlyDigits(f.Phone); digits != "" {
		parts = append(parts, "c.client_phone LIKE "+args.Add("%"+digits+"%"))
	}
	return strings.Join(parts, " AND "), nil
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// calls describes rows as the reader may see them.
func (s *Service) calls(ctx context.Context, tx postgres.Tx, list []callRow, staff bool) ([]Call, error) {
	ids := make([]int64, 0, len(list))
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	tags := map[int64][]tickets.Tag{}
	if staff {
		var err error
		if tags, err = s.loadTags(ctx, tx, ids); err != nil {
			return nil, err
		}
	}
	names := map[int64]string{}
	out := make([]Call, 0, len(list))
	for _, r := range list {
		c := Call{
			ID: r.ID, Direction: r.Direction, State: r.State, Outcome: r.Outcome, Missed: missed(r.Direction, r.Outcome), AccountID: postgres.Value(r.AccountID),
			ContactID: postgres.Value(r.ContactID), Phone: r.ClientPhone, StartedAt: r.StartedAt, AnsweredAt: postgres.Value(r.AnsweredAt), EndedAt: postgres.Value(r.EndedAt),
			TalkSeconds: r.TalkSeconds, Final: r.Final, TicketID: postgres.Value(r.TicketID),
		}
		if r.AgentID != nil {
			name, err := s.staffName(ctx, tx, names, *r.AgentID)
			if err != nil {
				return nil, err
			}
			if c.AgentName = name; !staff {
				c.AgentName, _, _ = strings.Cut(name, " ")
			}
		}
		if staff {
			c.PhoneRaw, c.Extension, c.AgentID, c.Trunk, c.Note, c.Tags = r.ClientRaw, r.Extension, postgres.Value(r.AgentID), r.Trunk, r.Note, tags[r.ID]
			c.Recording = s.cfg.Recordings && r.Final && r.TalkSeconds > 0
		}
		out = append(out, c)
	}
	return out, nil
}

// loadTags returns the words on calls by call, in the order of their names.
func (s *Service) loadTags(ctx context.Context, tx postgres.Tx, callIDs []int64) (map[int64][]tickets.Tag, error) {
	type row struct{ CallID, TagID int64 }
	rows, err := tx.Pgx.Query(ctx, `SELECT call_id, tag_id FROM call_taggings WHERE call_id = ANY($1)`, callIDs)
	list, err := postgres.Collect[row](rows, err)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.TagID
	}
	words, err := s.tickets.TagsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	byCall := map[int64][]tickets.Tag{}
	for _, r := range list {
		byCall[r.CallID] = append(byCall[r.CallID], words[r.TagID])
	}
	for _, tags := range byCall {
		slices.SortFunc(tags, func(a, b tickets.Tag) int { return strings.Compare(a.Name+"\x00"+a.Key, b.Name+"\x00"+b.Key) })
	}
	return byCall, nil
}

// staffName returns a name, asked for once per list; "" for somebody who is gone.
func (s *Service) staffName(ctx context.Context, tx postgres.Tx, known map[int64]string, id int64) (string, error) {
	if name, ok := known[id]; ok {
		return name, nil
	}
	p, err := s.people.Staff(ctx, tx, id)
	if err != nil && prolong.CodeOf(err) != prolong.CodeNotFound {
		return "", err
	}
	known[id] = p.Name
	return p.Name, nil
}
