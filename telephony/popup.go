package telephony

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// callChannel is the PostgreSQL channel by which every web node hears of every call.
const callChannel = "telephony_calls"

// The limits of live news.
const (
	subscriberBuffer = 32
	listenRetry      = 2 * time.Second
	liveCallsMax     = 100
	lastCallsInPopUp = 5
)

// CallEvent tells watchers that a call has changed: it rings, it was answered, it is over.
type CallEvent struct {
	CallID    int64     `json:"id"`
	State     CallState `json:"state"`
	Direction Direction `json:"dir"`
	Line      string    `json:"line"`
	Extension string    `json:"ext,omitempty"`
	AgentID   int64     `json:"agent,omitempty"` // staff at the extension; 0 if it rings for all
	// Resync says that events may have been lost: load LiveCalls anew. The rest is empty then.
	Resync bool `json:"-"`
}

// Concerns says whether a member of staff is to see the event: it is at his extension, or at
// nobody's in particular.
func (e CallEvent) Concerns(staffID int64) bool {
	return e.Resync || e.AgentID == 0 || e.AgentID == staffID
}

// announce tells every node, when the transaction commits, that a call has changed.
func announce(ctx context.Context, tx postgres.Tx, r *callRow) error {
	text, err := json.Marshal(CallEvent{CallID: r.ID, State: r.State, Direction: r.Direction, Line: r.Line, Extension: r.Extension, AgentID: postgres.Value(r.AgentID)})
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `SELECT pg_notify($1, $2)`, callChannel, string(text))
	return err
}

// Hub hands live news to the watchers of this process.
type Hub struct {
	mu   sync.Mutex
	subs map[*subscriber]struct{}
}

type subscriber struct {
	ch   chan CallEvent
	deaf bool // lost something; tell it to resync as soon as there is room
}

func newHub() *Hub { return &Hub{subs: map[*subscriber]struct{}{}} }

// Watch returns the news of calls from now on, until ctx ends; then the channel is closed. A
// watcher who does not read fast enough loses news and is told to resync.
func (s *Service) Watch(ctx context.Context, actor prolong.Actor) (<-chan CallEvent, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Watch", err)
	}
	sub := &subscriber{ch: make(chan CallEvent, subscriberBuffer)}
	s.hub.mu.Lock()
	s.hub.subs[sub] = struct{}{}
	s.hub.mu.Unlock()
	context.AfterFunc(ctx, func() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		delete(s.hub.subs, sub)
		close(sub.ch)
	})
	return sub.ch, nil
}

// publish hands an event to everybody without waiting for anybody.
func (h *Hub) publish(e CallEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for sub := range h.subs {
		if sub.deaf {
			select {
			case sub.ch <- CallEvent{Resync: true}:
				sub.deaf = false
			default:
				continue
			}
		}
		select {
		case sub.ch <- e:
		default:
			sub.deaf = true
		}
	}
}

// Listen hears the news of all nodes and hands it to the watchers of this one, until ctx ends.
// It needs one connection of the pool for itself; a broken one is replaced, and the watchers
// are told that they may have missed something.
func (s *Service) Listen(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.listenOnce(ctx)
		if ctx.Err() != nil {
			break
		}
		s.log.WarnContext(ctx, "listening for calls was interrupted", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(listenRetry):
		}
	}
	return nil //nolint:nilerr // a listener that was told to end has ended well
}

func (s *Service) listenOnce(ctx context.Context) error {
	conn, err := s.db.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	// The connection is closed and not given back: a pooled one would go on listening.
	raw := conn.Hijack()
	defer func() { _ = raw.Close(context.WithoutCancel(ctx)) }()
	if _, err := raw.Exec(ctx, "LISTEN "+callChannel); err != nil {
		return err
	}
	s.hub.publish(CallEvent{Resync: true})
	for {
		n, err := raw.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var e CallEvent
		if err := json.Unmarshal([]byte(n.Payload), &e); err != nil {
			s.log.WarnContext(ctx, "a notification that is none of ours", slog.Any("error", err))
			continue
		}
		s.hub.publish(e)
	}
}

// PopUp is what an agent sees when the telephone rings. What other rooms know of the client -
// invoices, terms, tickets - the page adds by the account.
type PopUp struct {
	Call
	// Candidates are the clients whose number it may be; one if it is clear.
	Candidates []Candidate
	// Missed says how often he has called since we last spoke.
	Missed int
	// Last are the calls with this number before, latest first.
	Last []Call
}

// CallPopUp returns the card of a call. Staff only. Returns CodeNotFound.
func (s *Service) CallPopUp(ctx context.Context, actor prolong.Actor, callID int64) (PopUp, error) {
	var out PopUp
	if err := requireStaff(actor); err != nil {
		return out, trace("CallPopUp", err)
	}
	err := s.inTx(ctx, "CallPopUp", func(ctx context.Context, tx postgres.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.id = $1`, callID)
		r, err := postgres.CollectOne[callRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return notFound(callID)
		}
		if err != nil {
			return err
		}
		calls, err := s.calls(ctx, tx, []callRow{r}, true)
		if err != nil {
			return err
		}
		out = PopUp{Call: calls[0]}
		if r.ClientPhone == "" {
			return nil
		}
		if out.Candidates, err = s.candidates(ctx, tx, r.ClientPhone); err != nil {
			return err
		}
		if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT missed FROM callbacks WHERE client_phone = $1 AND state = 'open'), 0)`, r.ClientPhone).Scan(&out.Missed); err != nil {
			return err
		}
		rows, err = tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.client_phone = $1 AND c.id <> $2 ORDER BY c.started_at DESC LIMIT $3`, r.ClientPhone, callID, lastCallsInPopUp)
		last, err := postgres.Collect[callRow](rows, err)
		if err != nil {
			return err
		}
		out.Last, err = s.calls(ctx, tx, last, true)
		return err
	})
	return out, err
}

// LiveCalls returns the calls that ring or go on now, earliest first: what a page shows when
// it opens or has lost events. Staff only.
func (s *Service) LiveCalls(ctx context.Context, actor prolong.Actor) ([]Call, error) {
	var out []Call
	if err := requireStaff(actor); err != nil {
		return nil, trace("LiveCalls", err)
	}
	err := s.inTx(ctx, "LiveCalls", func(ctx context.Context, tx postgres.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.state <> 'ended' AND c.direction <> 'local' AND c.started_at > $1 ORDER BY c.started_at LIMIT $2`,
			tx.Now.Add(-openCallAgeMax), liveCallsMax)
		list, err := postgres.Collect[callRow](rows, err)
		if err != nil {
			return err
		}
		out, err = s.calls(ctx, tx, list, true)
		return err
	})
	return out, err
}
