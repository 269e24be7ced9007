package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/notify"
)

// letters returns who was written to, "purpose address language", in that order.
func (h *house) letters(t testing.TB) []string {
	t.Helper()
	rows, err := h.db.Pool.Query(context.Background(), `SELECT purpose || ' ' || recipient || ' ' || language FROM messages ORDER BY 1`)
	require.NoError(t, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		list = append(list, s)
	}
	require.NoError(t, rows.Err())
	return list
}

// Each person of a company gets the papers that he chose, in his own language; the company's
// own address gets what nobody chose (documents.md section 8).
func TestPapersGoToWhomeverChoseThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, system := t.Context(), prolong.System("test")
	h.accounts(t, 4, "2026-03-31", "2000.00")
	queue, err := jobs.NewClient(h.db, jobs.Config{})
	require.NoError(t, err)
	people := identity.New(h.db, queue, h.notify, identity.Config{Issuer: "Prolong", Location: moscow})
	account := func(n int) billing.AccountID {
		var id int64
		require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT id FROM accounts WHERE external_id = $1`, "c0000"+string(rune('0'+n))).Scan(&id))
		return billing.AccountID(id)
	}
	require.NoError(t, h.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := people.EnsureContacts(ctx, tx, system, []identity.AccountContact{
			{AccountID: account(0), Email: "c0@example.test", Role: identity.MemberOwner},
			{AccountID: account(0), Email: "books0@example.test", Role: identity.MemberAccountant, Language: "kk"},
			{AccountID: account(1), Email: "owner1@example.test", Role: identity.MemberOwner, Language: "uk"},
			{AccountID: account(2), Email: "c2@example.test", Role: identity.MemberOwner},
			{AccountID: account(2), Email: "new2@example.test", Role: identity.MemberOwner, Language: "en"},
		})
		return err
	}))
	choose := func(account billing.AccountID, email string, r identity.Receives) (member int64) {
		members, err := people.Members(ctx, account, false)
		require.NoError(t, err)
		for _, m := range members {
			if m.Contact.Email == email {
				require.NoError(t, people.SetReceives(ctx, system, m.Membership.ID, r))
				return m.Membership.ID
			}
		}
		t.Fatal("nobody has the address " + email)
		return 0
	}
	choose(account(0), "c0@example.test", identity.Receives{Documents: true})
	choose(account(1), "owner1@example.test", identity.Receives{})
	choose(account(2), "new2@example.test", identity.Receives{})
	// he went, and the company's address is still his
	require.NoError(t, people.EndMembership(ctx, system, choose(account(2), "c2@example.test", identity.Receives{Invoices: true, Documents: true})))
	h.clock.Advance(24 * time.Hour)

	_, err = h.invoices.IssueDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, []string{
		"invoice.issued books0@example.test kk", // chose
		"invoice.issued c1@example.test ru",     // nobody chose: the company's address
		"invoice.issued c3@example.test ru",     // nobody is known
		"invoice.issued new2@example.test en",   // the company's address is a former owner's
	}, h.letters(t))
	h.exec(t, `DELETE FROM messages`)
	h.pay(t)
	h.clock.Advance(24 * time.Hour)
	_, err = h.invoices.CloseDue(ctx, system, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, []string{
		"document.ready books0@example.test kk", "document.ready c0@example.test ru", "document.ready c1@example.test ru",
		"document.ready c3@example.test ru", "document.ready new2@example.test en",
		"payment.received books0@example.test kk", "payment.received c1@example.test ru", "payment.received c3@example.test ru", "payment.received new2@example.test en",
	}, h.letters(t))
	require.Zero(t, h.count(t, `SELECT count(*) FROM messages WHERE state = '`+string(notify.StateFailed)+`'`))
}

func (h *house) exec(t testing.TB, sql string) {
	t.Helper()
	_, err := h.db.Pool.Exec(context.Background(), sql)
	require.NoError(t, err)
}
