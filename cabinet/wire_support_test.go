package cabinet_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/telephony"
	"prolong/tickets"
	"prolong/tickets/ticketstest"
)

// What cmd/prolong plugs into support, in short: people and plans out of their tables, letters
// into a list.

const secretOfTests = "0123456789abcdef"

// addSupport gives the house a support line with office hours of 9 to 18 in Moscow.
func (h *house) addSupport(t *testing.T, queue jobs.Enqueuer, log *slog.Logger) {
	t.Helper()
	h.outbox = &outbox{}
	var err error
	h.Tickets, err = tickets.New(h.db, queue, tickets.Neighbours{Clients: plans{}, Outbox: h.outbox, People: ticketstest.People{}, Trail: trail{}}, tickets.Config{Secret: []byte(secretOfTests)}, log)
	require.NoError(t, err)
	require.NoError(t, h.Tickets.EnsureDefaults(t.Context(), systemActor, "Europe/Moscow"))
	h.Telephony, err = telephony.New(h.db, queue, telephony.Neighbours{Directory: directory{}, People: ticketstest.People{}, Tickets: h.Tickets, Trail: trail{}}, telephony.Config{Secret: []byte(secretOfTests), Recordings: true}, log)
	require.NoError(t, err)
}

// agent makes a person of the vendor.
func (h *house) agent(t *testing.T) prolong.Actor {
	t.Helper()
	_, err := h.Identity.ApplyStaff(t.Context(), systemActor, []identity.StaffSpec{{Email: "agent@vendor.example", Name: "Мария Примерова", Role: identity.RoleSupport, Password: "correct horse battery"}})
	require.NoError(t, err)
	staff, err := h.Identity.FindStaff(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(staff, func(s identity.Staff) bool { return s.Email == "agent@vendor.example" })
	return prolong.Actor{Kind: prolong.ActorStaff, ID: staff[i].ID, Name: staff[i].Email}
}

type plans struct{}

func (plans) Plan(context.Context, postgres.Tx, int64) (string, error) { return "standard", nil }

type directory struct{}

func (directory) ByPhone(context.Context, postgres.Tx, string) ([]telephony.Candidate, error) {
	return nil, nil
}

type trail struct{}

func (trail) Record(ctx context.Context, tx postgres.Tx, e tickets.TrailEntry) error {
	return identity.Audit(ctx, tx, e.Actor, identity.Change{Action: e.Action, SubjectKind: e.SubjectKind, SubjectID: e.SubjectID, AccountID: billing.AccountID(e.AccountID)})
}

// outbox keeps the letters of support.
type outbox struct {
	mu      sync.Mutex
	letters []tickets.OutgoingLetter
}

func (o *outbox) Queue(_ context.Context, _ postgres.Tx, l tickets.OutgoingLetter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, l)
	return nil
}

func (*outbox) About(context.Context, postgres.Tx, string) (tickets.LetterSubject, bool, error) {
	return tickets.LetterSubject{}, false, nil
}

func (*outbox) Returned(context.Context, postgres.Tx, tickets.ReturnedLetter) error { return nil }
