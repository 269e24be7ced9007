package identity_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

func TestMembershipsAreDated(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	owner, _ := b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	anna, m := b.member(t, b.accounts[0], "anna@example.test", identity.MemberEmployee)
	_, err := b.room.Invite(ctx, owner, b.accounts[0], identity.Invitation{Email: "Anna@example.test", Role: identity.MemberOwner, AccountName: "A"})
	require.Equal(t, "error.member_already", key(err))
	today := b.room.Today()

	b.clock.Advance(10 * 24 * time.Hour)
	accountant, err := b.room.ChangeRole(ctx, owner, m.Membership.ID, identity.MemberAccountant)
	require.NoError(t, err)
	b.clock.Advance(10 * 24 * time.Hour)
	require.NoError(t, b.room.EndMembership(ctx, owner, accountant.ID))

	roleOn := func(day prolong.Date) identity.MemberRole {
		list, err := b.room.AccountsOf(ctx, anna.ID, day)
		require.NoError(t, err)
		if len(list) == 0 {
			return ""
		}
		require.Len(t, list, 1)
		require.Equal(t, b.accounts[0], list[0].AccountID)
		return list[0].Role
	}
	require.Empty(t, roleOn(today.AddDays(-1)))
	require.Equal(t, identity.MemberEmployee, roleOn(today))
	require.Equal(t, identity.MemberEmployee, roleOn(today.AddDays(9)))
	require.Equal(t, identity.MemberAccountant, roleOn(today.AddDays(10)))
	require.Equal(t, identity.MemberAccountant, roleOn(today.AddDays(19)))
	require.Empty(t, roleOn(today.AddDays(20)))

	back, err := b.room.Invite(ctx, owner, b.accounts[0], identity.Invitation{Email: "anna@example.test", Role: identity.MemberEmployee, AccountName: "A"})
	require.NoError(t, err, "who left may come back")
	require.Equal(t, anna.ID, back.Contact.ID)
	members, err := b.room.Members(ctx, b.accounts[0], false)
	require.NoError(t, err)
	require.Len(t, members, 2)
	all, err := b.room.Members(ctx, b.accounts[0], true)
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.Equal(t, 3, b.count(t, "letters WHERE kind = 'invitation'"), "each invitation has its letter")

	entries, err := b.room.FindAudit(ctx, identity.AuditFilter{AccountID: b.accounts[0]})
	require.NoError(t, err)
	require.Equal(t, "member.invite", entries[0].Action)
	require.Equal(t, owner, entries[0].Actor)
	require.Equal(t, "member.role", entries[2].Action)
	require.Contains(t, string(entries[2].Before), `"role": "employee"`)
	require.Contains(t, string(entries[2].After), `"role": "accountant"`)
}

func TestWhoMayManagePeople(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	owner, ownerMember := b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	accountant, accountantMember := b.member(t, b.accounts[0], "accountant@example.test", identity.MemberAccountant)
	stranger, _ := b.member(t, b.accounts[1], "stranger@example.test", identity.MemberOwner)
	agent := b.staff(t, "agent@example.test", identity.RoleSupport)
	machine := prolong.Actor{Kind: prolong.ActorMachine, ID: 1}
	invite := func(actor prolong.Actor, email string) error {
		_, err := b.room.Invite(ctx, actor, b.accounts[0], identity.Invitation{Email: email, Role: identity.MemberEmployee, AccountName: "A"})
		return err
	}
	require.NoError(t, invite(owner, "a@example.test"))
	require.NoError(t, invite(agent, "b@example.test"))
	require.Equal(t, prolong.CodeForbidden, code(invite(accountant, "c@example.test")))
	require.Equal(t, prolong.CodeNotFound, code(invite(stranger, "d@example.test")), "he may not know that the account exists")
	require.Error(t, invite(machine, "e@example.test"))
	require.Equal(t, prolong.CodeInvalid, code(invite(owner, "nonsense")))

	id := accountantMember.Membership.ID
	_, err := b.room.ChangeRole(ctx, accountant, id, identity.MemberOwner)
	require.Equal(t, prolong.CodeForbidden, code(err), "nobody makes himself an owner")
	_, err = b.room.ChangeRole(ctx, owner, id, "emperor")
	require.Equal(t, prolong.CodeInvalid, code(err))
	require.Equal(t, prolong.CodeNotFound, code(b.room.EndMembership(ctx, stranger, id)))
	require.Equal(t, prolong.CodeForbidden, code(b.room.SetReceives(ctx, accountant, ownerMember.Membership.ID, identity.Receives{})))
	require.NoError(t, b.room.SetReceives(ctx, accountant, id, identity.Receives{Documents: true}), "one's own letters are one's own choice")
	require.NoError(t, b.room.EndMembership(ctx, accountant, id), "one may leave")
	require.Equal(t, prolong.CodeNotFound, code(b.room.EndMembership(ctx, owner, id)))
	require.Equal(t, "error.member_last_owner", key(b.room.EndMembership(ctx, owner, ownerMember.Membership.ID)))
	_, err = b.room.ChangeRole(ctx, owner, ownerMember.Membership.ID, identity.MemberEmployee)
	require.Equal(t, "error.member_last_owner", key(err))
	require.NoError(t, b.room.EndMembership(ctx, agent, ownerMember.Membership.ID), "staff who checked may")

	name := "Анна\nПримерова"
	_, err = b.room.UpdateContact(ctx, stranger, owner.ID, identity.ContactUpdate{Name: &name})
	require.Equal(t, prolong.CodeForbidden, code(err))
	updated, err := b.room.UpdateContact(ctx, owner, owner.ID, identity.ContactUpdate{Name: &name})
	require.NoError(t, err)
	require.Equal(t, "Анна Примерова", updated.Name)
	require.Equal(t, prolong.CodeForbidden, code(b.room.DisableContact(ctx, owner, accountant.ID)))
	_, err = b.room.FindContactByEmail(ctx, " OWNER@example.test")
	require.NoError(t, err)
	_, err = b.room.FindContactByEmail(ctx, "nonsense")
	require.Equal(t, prolong.CodeNotFound, code(err))
}

// Two owners who take each other's role away at the same moment: one of them stays.
func TestTheLastOwnerStaysUnderConcurrency(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	first, firstMember := b.member(t, b.accounts[0], "first@example.test", identity.MemberOwner)
	second, secondMember := b.member(t, b.accounts[0], "second@example.test", identity.MemberOwner)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = b.room.EndMembership(ctx, first, secondMember.Membership.ID) })
	wg.Go(func() { errs[1] = b.room.EndMembership(ctx, second, firstMember.Membership.ID) })
	wg.Wait()
	owners := b.count(t, "memberships WHERE role = 'owner' AND valid_to IS NULL")
	require.Equal(t, 1, owners, "%v", errs)
}

func TestEnsureContactsOfAnImport(t *testing.T) {
	t.Parallel()
	const n = 10_000
	b := setup(t, n)
	people := make([]identity.AccountContact, 0, n+5)
	for i, account := range b.accounts {
		people = append(people, identity.AccountContact{AccountID: account, Email: fmt.Sprintf("Client%d@example.test", i%(n-100)), Language: "uk"})
	}
	people = append(people, people[0], identity.AccountContact{AccountID: b.accounts[1], Email: ""},
		identity.AccountContact{AccountID: b.accounts[2], Email: "a@example.test, b@example.test"})
	ensure := func() (done identity.Ensured) {
		b.inTx(t, func(ctx context.Context, tx postgres.Tx) {
			start := prolong.SystemClock{}.Now()
			var err error
			done, err = b.room.EnsureContacts(ctx, tx, system, people)
			require.NoError(t, err)
			t.Logf("%d entries in %v", len(people), prolong.SystemClock{}.Now().Sub(start))
		})
		return done
	}
	done := ensure()
	require.Equal(t, n-100, done.Contacts, "one person may own several accounts")
	require.Equal(t, n, done.Memberships)
	require.Len(t, done.Skipped, 2)
	again := ensure()
	require.Zero(t, again.Contacts)
	require.Zero(t, again.Memberships)

	contact, err := b.room.FindContactByEmail(t.Context(), "client5@example.test")
	require.NoError(t, err)
	require.Equal(t, "uk", contact.Language)
	members, err := b.room.Members(t.Context(), b.accounts[5], false)
	require.NoError(t, err)
	require.NoError(t, b.room.EndMembership(t.Context(), system, members[0].Membership.ID))
	require.Zero(t, ensure().Memberships, "a table does not let in again who was taken out")

	b.inTx(t, func(ctx context.Context, tx postgres.Tx) {
		start := prolong.SystemClock{}.Now()
		byAccount, err := b.room.Recipients(ctx, tx, identity.TopicInvoices, b.accounts)
		require.NoError(t, err)
		t.Logf("recipients of %d accounts in %v", n, prolong.SystemClock{}.Now().Sub(start))
		require.Len(t, byAccount, n-1)
		require.Equal(t, "client6@example.test", byAccount[b.accounts[6]][0].Email)
	})
}

func TestEnsureContactsConcurrently(t *testing.T) {
	t.Parallel()
	b := setup(t, 50)
	people := make([]identity.AccountContact, len(b.accounts))
	for i, account := range b.accounts {
		people[i] = identity.AccountContact{AccountID: account, Email: fmt.Sprintf("c%d@example.test", i)}
	}
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := b.room.EnsureContacts(ctx, tx, system, people)
				return err
			})
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, 50, b.count(t, "contacts"))
	require.Equal(t, 50, b.count(t, "memberships"))
}

func TestRecipientsChooseWhatTheyReceive(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	accountant, m := b.member(t, b.accounts[0], "accountant@example.test", identity.MemberAccountant)
	b.member(t, b.accounts[0], "employee@example.test", identity.MemberEmployee)
	of := func(topic identity.Topic) (emails []string) {
		b.inTx(t, func(ctx context.Context, tx postgres.Tx) {
			byAccount, err := b.room.Recipients(ctx, tx, topic, []billing.AccountID{b.accounts[0], b.accounts[1]})
			require.NoError(t, err)
			require.NotContains(t, byAccount, b.accounts[1])
			for _, r := range byAccount[b.accounts[0]] {
				emails = append(emails, r.Email)
			}
		})
		return emails
	}
	require.Equal(t, []string{"owner@example.test", "accountant@example.test"}, of(identity.TopicInvoices))
	require.Equal(t, []string{"owner@example.test", "accountant@example.test"}, of(identity.TopicDocuments))
	require.Equal(t, []string{"owner@example.test", "employee@example.test"}, of(identity.TopicTickets))
	require.Empty(t, of("gossip"))
	require.NoError(t, b.room.SetReceives(ctx, accountant, m.Membership.ID, identity.Receives{Documents: true}))
	require.Equal(t, []string{"owner@example.test"}, of(identity.TopicInvoices))
	require.Equal(t, []string{"owner@example.test", "accountant@example.test"}, of(identity.TopicDocuments))
	require.NoError(t, b.room.DisableContact(ctx, system, accountant.ID))
	require.Equal(t, []string{"owner@example.test"}, of(identity.TopicDocuments))
}

// What the cabinet does not show an employee he cannot have sent to him either; whom an owner
// lets receive it may keep it or give it up.
func TestEmployeesDoNotSubscribeToWhatTheyMayNotSee(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	owner, _ := b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	employee, m := b.member(t, b.accounts[0], "employee@example.test", identity.MemberEmployee)
	set := func(actor prolong.Actor, r identity.Receives) error {
		return b.room.SetReceives(ctx, actor, m.Membership.ID, r)
	}
	require.Equal(t, prolong.CodeForbidden, code(set(employee, identity.Receives{Tickets: true, Invoices: true})))
	require.Equal(t, prolong.CodeForbidden, code(set(employee, identity.Receives{Tickets: true, Documents: true})))
	require.NoError(t, set(employee, identity.Receives{}), "nothing is always one's own choice")
	require.NoError(t, set(employee, identity.Receives{Tickets: true}))
	require.NoError(t, set(owner, identity.Receives{Tickets: true, Invoices: true}), "an owner may decide so")
	require.NoError(t, set(employee, identity.Receives{Invoices: true}), "what he was given he keeps")
	require.NoError(t, set(employee, identity.Receives{Tickets: true}))
	require.Equal(t, prolong.CodeForbidden, code(set(employee, identity.Receives{Invoices: true})), "given up is given up")
}

func TestContactsByPhone(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	_, err := b.room.Invite(t.Context(), system, b.accounts[0], identity.Invitation{Email: "a@example.test", Phone: "+79161234567", Role: identity.MemberOwner, AccountName: "A"})
	require.NoError(t, err)
	found, err := b.room.FindContactsByPhone(t.Context(), "+79161234567")
	require.NoError(t, err)
	require.Len(t, found, 1)
	found, err = b.room.FindContactsByPhone(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, found)
}
