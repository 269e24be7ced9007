package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
)

// Support is the vendor's support line, which the virtual clients write to and call. All fields
// must be set.
type Support struct {
	Identity  *identity.Service
	Telephony *telephony.Service
	Tickets   *tickets.Service
	// Exchange is the simulated exchange behind the line of Telephony. It goes by the virtual clock
	// and sends its webhooks to the product.
	Exchange *pbxsim.PBX
	// Mailbox is the key of the mailbox that letters come to, Address what clients write to.
	Mailbox, Address string
	// Ready is called once the seller is there and before anybody writes or calls: it makes staff,
	// calendar, service level and vocabulary.
	Ready func(ctx context.Context) error
	// Joined is called with accounts that have just been taken over: it makes their people.
	Joined func(ctx context.Context, accounts []billing.AccountID) error
}

// SupportTags is the vocabulary of the virtual support line, for Support.Ready.
func SupportTags() []tickets.Tag {
	return []tickets.Tag{
		{Key: "access", Name: "Доступ"}, {Key: "documents", Name: "Документы"}, {Key: "equipment", Name: "Оборудование"}, {Key: "passes", Name: "Абонементы"},
		{Key: "payment", Name: "Оплата"}, {Key: "tariff", Name: "Тариф"},
	}
}

// The size of the support line's day: a month of 300 clients has 60 tickets and 120 calls.
const (
	accountsPerTicket = 5
	accountsPerCall   = 2.5
	monthDays         = 31
)

// desk is the support line at work: what clients and staff are going to do, in the order of time.
type desk struct {
	*Support
	w      *world
	events []event
	serial int
	staff  []prolong.Actor
	// asked are the tickets whose clients have more to say by mail, by number.
	asked map[string]*story
}

// event is something that somebody does at an instant.
type event struct {
	at time.Time
	n  int // keeps the order of events at one instant
	do func(ctx context.Context) error
}

func newDesk(w *world, s *Support) (*desk, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // a company without a support line
	}
	if s.Identity == nil || s.Telephony == nil || s.Tickets == nil || s.Exchange == nil || s.Mailbox == "" || s.Address == "" || s.Ready == nil || s.Joined == nil {
		return nil, errors.New("simulation: the support line is not wired completely")
	}
	return &desk{Support: s, w: w, asked: map[string]*story{}}, nil
}

// plan notes what is done at an instant.
func (l *desk) plan(at time.Time, do func(ctx context.Context) error) {
	l.serial++
	e := event{at.Truncate(time.Second), l.serial, do}
	i, _ := slices.BinarySearchFunc(l.events, e, func(a, b event) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.n - b.n
	})
	l.events = slices.Insert(l.events, i, e)
}

// open makes the support line ready and plans what clients will ask about.
func (l *desk) open(ctx context.Context) error {
	if l == nil {
		return nil
	}
	if err := l.Ready(ctx); err != nil {
		return err
	}
	all, err := l.Identity.FindStaff(ctx)
	if err != nil {
		return err
	}
	for _, role := range []identity.Role{identity.RoleSupport, identity.RoleAdministrator} {
		for _, s := range all {
			if s.Role == role {
				l.staff = append(l.staff, prolong.Actor{Kind: prolong.ActorStaff, ID: s.ID, Name: s.Email})
			}
		}
	}
	if len(l.staff) == 0 {
		return errors.New("simulation: nobody works in support")
	}
	share := float64(len(l.w.clients)) * float64(l.w.cfg.Days) / monthDays
	l.planTickets(int(share/accountsPerTicket + 0.5))
	l.planCalls(int(share/accountsPerCall + 0.5))
	return nil
}

// until lets everything happen that is planned up to an instant.
func (l *desk) until(ctx context.Context, end time.Time) error {
	if l == nil {
		return nil
	}
	for len(l.events) > 0 && !l.events[0].at.After(end) {
		e := l.events[0]
		l.events = l.events[1:]
		if e.at.After(l.w.product.Clock.Now()) { // what was planned too late is done at once
			l.w.product.Clock.Set(e.at)
		}
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("support, %s: %w", e.at.Format(time.RFC3339), err)
		}
	}
	return nil
}

// sweep runs what the product's schedules run.
func (l *desk) sweep(ctx context.Context) error {
	if l == nil {
		return nil
	}
	if _, err := l.Tickets.SweepClocks(ctx); err != nil {
		return err
	}
	if err := l.Telephony.ImportAll(ctx, 0); err != nil {
		return err
	}
	_, err := l.Telephony.SweepCallbacks(ctx)
	return err
}

// joined makes the people of accounts.
func (l *desk) joined(ctx context.Context, accounts []billing.AccountID) error {
	if l == nil {
		return nil
	}
	return l.Joined(ctx, accounts)
}

// takes says whether a letter is one about a ticket, and lets its reader think about it.
func (l *desk) takes(m letter, now time.Time) bool {
	if l == nil || !strings.HasPrefix(m.subject, ticketMark) {
		return false
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(m.subject, ticketMark), "]")
	if s := l.asked[number]; s != nil && m.to == s.client.email && m.replyTo != "" {
		delete(l.asked, number)
		l.plan(now.Add(time.Duration(5+s.rng.IntN(150))*time.Minute), func(ctx context.Context) error { return l.answerByMail(ctx, s, m) })
	}
	return true
}

// ticketMark begins the subjects of letters about tickets.
const ticketMark = "[#"

// agent returns who of the staff takes a matter.
func (l *desk) agent(rng *rand.Rand) prolong.Actor {
	if len(l.staff) > 1 && rng.IntN(10) == 0 {
		return l.staff[1]
	}
	return l.staff[0]
}

// contact returns a client as the person who writes.
func (l *desk) contact(ctx context.Context, c *client) (prolong.Actor, error) {
	person, err := l.Identity.FindContactByEmail(ctx, c.email)
	return prolong.Actor{Kind: prolong.ActorContact, ID: person.ID, Name: person.Email}, err
}

// somebody picks a client who is there at an instant, never one of those who come later.
func (l *desk) somebody(rng *rand.Rand, at time.Time) *client {
	for {
		c := l.w.clients[rng.IntN(len(l.w.clients))]
		if c.joinsOn.IsZero() || c.joinsOn.Before(l.w.day(at)) {
			return c
		}
	}
}

// The hours of the support line.
const (
	supportOpens  = 9 * time.Hour
	supportCloses = 18 * time.Hour
)

// moment draws an instant of the history at which a client turns to us: mostly at work, now and
// then in the evening or at the weekend.
func (l *desk) moment(rng *rand.Rand, days int) time.Time {
	day := l.w.start.AddDays(rng.IntN(days))
	if w := day.Weekday(); (w == time.Saturday || w == time.Sunday) && rng.IntN(4) > 0 {
		day = day.AddDays(-2)
		if day.Before(l.w.start) {
			day = day.AddDays(4)
		}
	}
	minutes := 8*60 + rng.IntN(11*60)
	return day.Start(l.w.loc).Add(time.Duration(minutes)*time.Minute + time.Duration(rng.IntN(60))*time.Second)
}

// office returns the instant after d of office hours from at.
func (l *desk) office(at time.Time, d time.Duration) time.Time {
	for {
		day := l.w.day(at)
		opens, closes := day.Start(l.w.loc).Add(supportOpens), day.Start(l.w.loc).Add(supportCloses)
		if at.Before(opens) {
			at = opens
		}
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday && at.Before(closes) {
			if left := closes.Sub(at); d < left {
				return at.Add(d)
			} else { //nolint:revive // left belongs to the condition
				d -= left
			}
		}
		at = day.AddDays(1).Start(l.w.loc).Add(supportOpens)
	}
}

func (l *desk) key(c *client) int64 { return int64(l.w.ids[c.externalID]) }

func numbered(prefix string, n int) string { return prefix + "-" + strconv.Itoa(n) }
