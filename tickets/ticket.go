package tickets

import (
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// Ticket is a ticket as lists and pages show it.
type Ticket struct {
	ID           int64
	Number       int64
	AccountID    int64 // 0 as long as it is not known whose it is
	ContactID    int64 // 0 for a stranger or a caller
	ContactEmail string
	ContactName  string
	Language     string
	Subject      string
	Status       Status
	Priority     Priority
	AssigneeID   int64 // 0 for nobody
	Channel      Channel
	FollowsID    int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
	LastClientAt time.Time
	LastAgentAt  time.Time
	ResolvedAt   time.Time
	ClosedAt     time.Time
	DueAt        time.Time // earliest open promise; zero if none runs
	Breached     bool      // a promise about it was broken
}

// ClientWaits says whether the vendor has to act, ClientActs whether the client has to.
func (t Ticket) ClientWaits() bool { return t.Status == StatusNew || t.Status == StatusOpen }

// ClientActs says whether the ticket waits for the client.
func (t Ticket) ClientActs() bool { return t.Status == StatusWaiting }

func (r *ticketRow) ticket() Ticket {
	return Ticket{
		ID: r.ID, Number: r.Number, AccountID: postgres.Value(r.AccountID), ContactID: postgres.Value(r.ContactID), ContactEmail: r.ContactEmail, ContactName: r.ContactName,
		Language: r.Language, Subject: r.Subject, Status: r.Status, Priority: r.Priority, AssigneeID: postgres.Value(r.AssigneeID), Channel: r.Channel,
		FollowsID: postgres.Value(r.FollowsID), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, LastClientAt: postgres.Value(r.LastClientAt), LastAgentAt: postgres.Value(r.LastAgentAt),
		ResolvedAt: postgres.Value(r.ResolvedAt), ClosedAt: postgres.Value(r.ClosedAt), DueAt: postgres.Value(r.DueAt), Breached: r.Breached,
	}
}

// Card is a ticket in a list.
type Card struct {
	Ticket
	Tags []Tag // staff only
	// Snippet is the beginning of the last public message, LastAuthor who wrote it.
	Snippet    string
	LastAuthor AuthorKind
	// Countdown is the promise to look at; nil if there is none.
	Countdown *Countdown
}

// Thread is everything that a ticket's page shows.
type Thread struct {
	Ticket
	Tags         []Tag     // staff only
	Messages     []Message // oldest first; for a contact without notes, folded letters and inner events
	Participants []Participant
	// Countdowns has the clocks that are of interest: running, paused and met ones, each metric's
	// latest. Main is the one to show first; nil if there is none.
	Countdowns []Countdown
	Main       *Countdown
	// NextStatuses are what the actor may change the status to.
	NextStatuses []Status
	// MayReply says whether writing is possible; a closed ticket takes a new one instead.
	MayReply bool
	// FollowsNumber is the number of the ticket that this one goes on from, 0 for none.
	FollowsNumber int64
	// AsOf is the instant of the answer, by the product's clock: browsers count from it.
	AsOf time.Time
}

// LastSeen returns the id of the last entry, to be sent back with the answer.
func (t Thread) LastSeen() int64 {
	if len(t.Messages) == 0 {
		return 0
	}
	return t.Messages[len(t.Messages)-1].ID
}

// Participant takes part in a ticket by mail beside the requester.
type Participant struct {
	Email string
	Name  string
}

// countdowns describes the clocks of a ticket at now: the latest of each metric that was not
// cancelled, and the one to show first.
func countdowns(list []*liveClock, now time.Time) (all []Countdown, main *Countdown) {
	latest := map[Metric]*liveClock{}
	for _, c := range list {
		if c.state != ClockCancelled {
			latest[c.metric] = c
		}
	}
	for _, m := range []Metric{MetricFirstResponse, MetricNextResponse, MetricResolution} {
		if c := latest[m]; c != nil {
			all = append(all, c.countdown(c.cal, now))
		}
	}
	for i := range all {
		d := &all[i]
		switch {
		case d.State != ClockRunning && d.State != ClockPaused:
		case main == nil, d.State == ClockRunning && (main.State != ClockRunning || d.DueAt.Before(main.DueAt)):
			main = d
		}
	}
	return all, main
}

// nextStatuses returns what the actor may change the status to by a button. A contact reopens
// by writing, not by a button.
func nextStatuses(from Status, actor prolong.Actor) []Status {
	if actor.Kind != prolong.ActorContact {
		return from.Next(actor.Kind)
	}
	if from.May(StatusResolved, prolong.ActorContact) {
		return []Status{StatusResolved}
	}
	return nil
}
