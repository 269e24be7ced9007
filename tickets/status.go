package tickets

import (
	"slices"

	"prolong"
)

// Status says who has to act on a ticket.
type Status string

// The statuses.
const (
	StatusNew      Status = "new"      // nobody has looked at it
	StatusOpen     Status = "open"     // the vendor has to act
	StatusWaiting  Status = "waiting"  // the client has to act; the resolution clock stands
	StatusOnHold   Status = "on_hold"  // a third party has to act; the resolution clock stands
	StatusResolved Status = "resolved" // solved; the client can reopen it by writing
	StatusClosed   Status = "closed"   // for good; a new letter files a new ticket
)

// Statuses returns every status in the order of a ticket's life.
func Statuses() []Status {
	return []Status{StatusNew, StatusOpen, StatusWaiting, StatusOnHold, StatusResolved, StatusClosed}
}

// Pauses says whether the resolution clock stands: somebody else has to act.
func (s Status) Pauses() bool { return s == StatusWaiting || s == StatusOnHold }

// Done says whether the vendor has nothing left to do.
func (s Status) Done() bool { return s == StatusResolved || s == StatusClosed }

// transitions are the allowed changes of status and who may make them. README.md draws the
// same table; a test compares them.
var transitions = map[Status]map[Status][]prolong.ActorKind{
	StatusNew: {
		StatusOpen:     {prolong.ActorStaff, prolong.ActorSystem},
		StatusWaiting:  {prolong.ActorStaff},
		StatusOnHold:   {prolong.ActorStaff},
		StatusResolved: {prolong.ActorStaff, prolong.ActorContact},
		StatusClosed:   {prolong.ActorStaff},
	},
	StatusOpen: {
		StatusWaiting:  {prolong.ActorStaff},
		StatusOnHold:   {prolong.ActorStaff},
		StatusResolved: {prolong.ActorStaff, prolong.ActorContact},
		StatusClosed:   {prolong.ActorStaff},
	},
	StatusWaiting: {
		StatusOpen:     {prolong.ActorStaff, prolong.ActorContact},
		StatusOnHold:   {prolong.ActorStaff},
		StatusResolved: {prolong.ActorStaff, prolong.ActorContact},
		StatusClosed:   {prolong.ActorStaff},
	},
	StatusOnHold: {
		StatusOpen:     {prolong.ActorStaff, prolong.ActorContact},
		StatusWaiting:  {prolong.ActorStaff},
		StatusResolved: {prolong.ActorStaff, prolong.ActorContact},
		StatusClosed:   {prolong.ActorStaff},
	},
	StatusResolved: {
		StatusOpen:   {prolong.ActorStaff, prolong.ActorContact},
		StatusClosed: {prolong.ActorStaff, prolong.ActorSystem},
	},
	StatusClosed: {},
}

// May says whether an actor of a kind may change a ticket from one status to another. The
// system acts for the writers of letters as well, so it may do what a contact may.
func (s Status) May(to Status, by prolong.ActorKind) bool {
	kinds := transitions[s][to]
	return slices.Contains(kinds, by) || by == prolong.ActorSystem && slices.Contains(kinds, prolong.ActorContact)
}

// Next returns the statuses that an actor of a kind may change to, in the order of Statuses.
func (s Status) Next(by prolong.ActorKind) []Status {
	var next []Status
	for _, to := range Statuses() {
		if s.May(to, by) {
			next = append(next, to)
		}
	}
	return next
}

// afterClientMessage returns the status of a ticket when the client has written. A closed
// ticket takes no messages.
func (s Status) afterClientMessage() Status {
	if s == StatusNew {
		return StatusNew
	}
	return StatusOpen
}

// Priority says how urgent a ticket is; the service level promises by it.
type Priority string

// The priorities.
const (
	PriorityLow    Priority = "low"
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
	PriorityUrgent Priority = "urgent"
)

// Priorities returns every priority, lowest first.
func Priorities() []Priority {
	return []Priority{PriorityLow, PriorityNormal, PriorityHigh, PriorityUrgent}
}

// Channel says by which way a ticket or message came or went.
type Channel string

// The channels.
const (
	ChannelCabinet Channel = "cabinet"
	ChannelMail    Channel = "mail"
	ChannelOffice  Channel = "office" // written by staff
	ChannelPhone   Channel = "phone"  // told by telephone, written down by staff
	ChannelSystem  Channel = "system"
)
