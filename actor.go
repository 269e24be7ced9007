package prolong

import "strconv"

// ActorKind says what sort of party acts.
type ActorKind string

// The kinds of actors.
const (
	ActorContact ActorKind = "contact" // a person of a client
	ActorMachine ActorKind = "machine" // an API key: the pass service, an export
	ActorStaff   ActorKind = "staff"   // a person of the vendor
	ActorSystem  ActorKind = "system"  // a schedule, a worker, the command line
)

// Actor is who does something. It goes into every use case and into the audit trail; rights
// are checked against it, and stores restrict rows by it.
type Actor struct {
	Kind ActorKind
	ID   int64  // of the contact, staff member or API key; 0 for the system
	Name string // for the audit trail: "renewals", an e-mail address
}

// System returns the actor of a schedule or command, named for the audit trail.
func System(name string) Actor { return Actor{Kind: ActorSystem, Name: name} }

// String returns "staff:12", "system:renewals".
func (a Actor) String() string {
	if a.Kind == ActorSystem {
		return string(a.Kind) + ":" + a.Name
	}
	return string(a.Kind) + ":" + strconv.FormatInt(a.ID, 10)
}
