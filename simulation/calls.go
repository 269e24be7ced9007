package simulation

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// The habits of those who call, in parts of a hundred.
const (
	outboundPercent   = 25 // our people call the client
	missedPercent     = 18 // of the clients' calls
	callBackPercent   = 80 // of the missed callers
	strangerPercent   = 8
	tagCallPercent    = 70
	callTicketPercent = 10
	hooksLostPercent  = 3
)

// strangerPhones is where the numbers of those begin who are no clients.
const strangerPhones = 9_000

// Extensions are those of the virtual exchange; Support.Ready seats staff at them.
var Extensions = []string{"101", "102"}

// planCalls plans who calls when.
func (l *desk) planCalls(count int) {
	l.Exchange.Chance(pbxsim.FaultHookLost, float64(hooksLostPercent)/100)
	for n := range count {
		rng := l.w.chance("call", strconv.Itoa(n))
		at := l.office(l.moment(rng, l.w.cfg.Days), time.Duration(rng.IntN(30))*time.Minute)
		if at.After(l.w.cfg.End) {
			continue
		}
		c, phone := l.somebody(rng, at), ""
		if phone = c.phone; rng.IntN(100) < strangerPercent {
			phone = phoneOf(strangerPhones + n)
		}
		s := pbxsim.Script{Direction: "inbound", Client: strings.TrimPrefix(phone, "+"), Extension: Extensions[0], Ring: time.Duration(4+rng.IntN(20)) * time.Second, Talk: talk(rng)}
		if rng.IntN(10) == 0 {
			s.Extension = Extensions[1]
		}
		switch {
		case rng.IntN(100) < outboundPercent:
			s.Direction = "outbound"
		case rng.IntN(100) < missedPercent:
			s.Talk, s.Cause = 0, "ORIGINATOR_CANCEL"
		}
		l.plan(at, func(ctx context.Context) error { return l.call(ctx, s, rng) })
	}
}

// talk draws how long people talk.
func talk(rng *rand.Rand) time.Duration { return time.Duration(20+rng.IntN(400)) * time.Second }

// call begins a call and plans its end. The exchange tells the product of both.
func (l *desk) call(ctx context.Context, s pbxsim.Script, rng *rand.Rand) error {
	l.Exchange.Place(s)
	l.w.summary.Calls++
	if _, err := l.Exchange.Deliver(ctx); err != nil {
		return err
	}
	end := l.w.product.Clock.Now().Add(s.Ring + s.Talk + time.Second)
	l.plan(end, func(ctx context.Context) error {
		if _, err := l.Exchange.Deliver(ctx); err != nil {
			return err
		}
		return l.w.product.Drain(ctx)
	})
	switch {
	case s.Talk > 0 && rng.IntN(100) < tagCallPercent:
		l.plan(end.Add(time.Duration(30+rng.IntN(200))*time.Second), func(ctx context.Context) error { return l.noteCall(ctx, s, rng) })
	case s.Talk == 0 && rng.IntN(100) < callBackPercent:
		back := s
		back.Direction, back.Talk, back.Cause = "outbound", talk(rng), ""
		l.plan(l.office(end, time.Duration(4+rng.IntN(25))*time.Minute), func(ctx context.Context) error { return l.call(ctx, back, rng) })
	}
	return nil
}

// noteCall lets the agent write down what a call was about, and file a ticket if it asks for
// more. A call whose webhooks were lost is not there yet; nobody notes it.
func (l *desk) noteCall(ctx context.Context, s pbxsim.Script, rng *rand.Rand) error {
	agent, t := l.agent(rng), topics[rng.IntN(len(topics))]
	calls, _, err := l.Telephony.ListCalls(ctx, agent, telephony.Filter{Phone: s.Client, Limit: 1})
	if err != nil || len(calls) == 0 {
		return err
	}
	id := calls[0].ID
	if err := l.Telephony.TagCall(ctx, agent, id, t.tag); err != nil {
		return err
	}
	if err := l.Telephony.NoteCall(ctx, agent, id, t.subject+"."); err != nil {
		return err
	}
	if rng.IntN(100) >= callTicketPercent || calls[0].AccountID == 0 {
		return nil
	}
	filed, err := l.Telephony.FileCallTicket(ctx, agent, id, t.subject, "По телефону: "+t.question)
	if err != nil {
		return err
	}
	l.w.summary.Tickets++
	st := &story{l: l, rng: rng, topic: t, agent: agent, ticket: filed.ID, number: filed.Number}
	l.plan(l.office(filed.CreatedAt, time.Duration(20+rng.IntN(120))*time.Minute), st.answer)
	return nil
}
