package telephony

import (
	"encoding/json"
	"time"

	"prolong"
)

// Direction says who called.
type Direction string

// The directions.
const (
	DirectionInbound  Direction = "inbound"  // a client called us
	DirectionLocal    Direction = "local"    // between our own extensions
	DirectionOutbound Direction = "outbound" // we called a client
)

// CallState says how far a call has come.
type CallState string

// The states, in the order of a call's life; a call never goes back.
const (
	StateRinging CallState = "ringing"
	StateTalking CallState = "talking"
	StateEnded   CallState = "ended"
)

var stateRank = map[CallState]int{"": 0, StateRinging: 1, StateTalking: 2, StateEnded: 3}

// Outcome says what came of a call.
type Outcome string

// The outcomes.
const (
	OutcomeAnswered    Outcome = "answered"
	OutcomeGaveUp      Outcome = "gave_up"      // missed: the caller hung up first
	OutcomeBusy        Outcome = "busy"         // missed: all of us, or the client, were talking
	OutcomeNoAnswer    Outcome = "no_answer"    // missed: nobody picked up
	OutcomeWrongNumber Outcome = "wrong_number" // outbound: there is no such number
	OutcomeBarred      Outcome = "barred"       // outbound: balance or rights do not allow it
	OutcomeTechnical   Outcome = "technical"
	OutcomeUnknown     Outcome = "unknown" // the end was never told
)

// missed says whether a client called and nobody talked to him.
func missed(d Direction, o Outcome) bool {
	return d == DirectionInbound && (o == OutcomeGaveUp || o == OutcomeBusy || o == OutcomeNoAnswer)
}

// ledgerCall is a call in the ledger while news is worked into it. What webhooks say is
// provisional; once the history has spoken the call is final and only a later history changes
// it. So calls come out the same whatever happened to the webhooks.
type ledgerCall struct {
	uuid       string
	direction  Direction
	state      CallState
	outcome    Outcome
	client     Number
	extension  string
	trunk      string
	startedAt  time.Time
	answeredAt time.Time
	endedAt    time.Time
	talk       int
	total      int
	cause      string
	final      bool
	raw        json.RawMessage
}

// hear works a webhook in. receivedAt stands in where the news does not say when. It reports
// whether anything changed.
func (c *ledgerCall) hear(country prolong.Country, n News, receivedAt time.Time) bool {
	if c.final {
		return false
	}
	before := *c
	c.uuid = n.UUID
	at := n.At
	if at.IsZero() || at.After(receivedAt) {
		at = receivedAt
	}
	caller, callee := ReadNumber(country, n.Caller), ReadNumber(country, n.Callee)
	if c.direction == "" {
		c.direction = directionOf(n, caller, callee)
	}
	client, own := caller, callee
	if c.direction == DirectionOutbound {
		client, own = callee, caller
	}
	if c.client.Raw == "" && client.Raw != "" && client.Extension == "" {
		c.client = client
	}
	if own.Extension != "" && (c.extension == "" || n.Kind == NewsAnswered) {
		c.extension = own.Extension
	}
	if c.trunk == "" {
		c.trunk = n.Trunk
	}
	switch n.Kind {
	case NewsStarted:
		c.advance(StateRinging)
		c.earliestStart(at)
	case NewsAnswered:
		c.advance(StateTalking)
		c.earliestStart(at)
		if c.answeredAt.IsZero() || at.Before(c.answeredAt) {
			c.answeredAt = at
		}
	case NewsEnded, NewsMissed:
		// The date of these events is undocumented: start or end. Only our own clock is known.
		c.advance(StateEnded)
		c.earliestStart(receivedAt)
		if c.endedAt.IsZero() || receivedAt.Before(c.endedAt) {
			c.endedAt = receivedAt
		}
		c.talk = max(c.talk, n.TalkSeconds)
		if n.Cause != "" {
			c.cause = n.Cause
		}
	}
	c.judge()
	return !c.equal(before)
}

// settle takes over what the history says. It reports whether anything changed.
func (c *ledgerCall) settle(country prolong.Country, r Record) bool {
	before := *c
	c.uuid, c.direction, c.state, c.outcome = r.UUID, r.Direction, StateEnded, r.Outcome
	c.client = ReadNumber(country, r.Client)
	c.extension, c.trunk, c.cause, c.raw = r.Extension, r.Trunk, r.Cause, r.Raw
	c.startedAt, c.answeredAt, c.endedAt = r.StartedAt, r.AnsweredAt, r.EndedAt
	c.talk, c.total, c.final = max(r.TalkSeconds, 0), max(r.TotalSeconds, 0), true
	if c.endedAt.Before(c.startedAt) {
		c.endedAt = c.startedAt
	}
	return !c.equal(before)
}

func (c *ledgerCall) advance(to CallState) {
	if stateRank[to] > stateRank[c.state] {
		c.state = to
	}
}

func (c *ledgerCall) earliestStart(at time.Time) {
	if c.startedAt.IsZero() || at.Before(c.startedAt) {
		c.startedAt = at
	}
}

// judge derives the provisional outcome from all that was heard, in whatever order.
func (c *ledgerCall) judge() {
	if c.state != StateEnded {
		return
	}
	if c.endedAt.Before(c.startedAt) {
		c.endedAt = c.startedAt
	}
	switch {
	case !c.answeredAt.IsZero() || c.talk > 0:
		c.outcome = OutcomeAnswered
	case c.direction == DirectionLocal:
		c.outcome = ""
	default:
		c.outcome = OutcomeNoAnswer
	}
}

// directionOf infers who called where the news does not say: news of missed calls has no
// direction, and a caller with an extension is one of us.
func directionOf(n News, caller, callee Number) Direction {
	switch {
	case n.Direction != "":
		return n.Direction
	case n.Kind == NewsMissed || caller.Extension == "":
		return DirectionInbound
	case callee.Extension != "":
		return DirectionLocal
	}
	return DirectionOutbound
}

// equal compares everything but the raw history.
func (c *ledgerCall) equal(o ledgerCall) bool {
	return c.uuid == o.uuid && c.direction == o.direction && c.state == o.state && c.outcome == o.outcome && c.client == o.client &&
		c.extension == o.extension && c.trunk == o.trunk && c.startedAt.Equal(o.startedAt) && c.answeredAt.Equal(o.answeredAt) &&
		c.endedAt.Equal(o.endedAt) && c.talk == o.talk && c.total == o.total && c.cause == o.cause && c.final == o.final
}
