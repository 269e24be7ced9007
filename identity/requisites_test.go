package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
)

func TestRequisitesAreChangedWithATrace(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx, account := t.Context(), b.accounts[0]
	accountant, _ := b.member(t, account, "accountant@example.test", identity.MemberAccountant)
	employee, _ := b.member(t, account, "employee@example.test", identity.MemberEmployee)
	stranger, _ := b.member(t, b.accounts[1], "owner@example.test", identity.MemberOwner)
	next := billing.Requisites{Address: "101000, Москва, ул. Примерная, д. 1", Email: "office@example.test"}
	require.Equal(t, prolong.CodeForbidden, code(b.room.ChangeRequisites(ctx, employee, account, next)))
	require.Equal(t, prolong.CodeNotFound, code(b.room.ChangeRequisites(ctx, stranger, account, next)))
	require.Equal(t, prolong.CodeForbidden, code(b.room.ChangeRequisites(ctx, prolong.Actor{Kind: prolong.ActorMachine, ID: 1}, account, next)))
	require.Equal(t, prolong.CodeInvalid, code(b.room.ChangeRequisites(ctx, accountant, account, billing.Requisites{BankBIC: "044525225"})))
	require.Zero(t, b.count(t, "audit_entries WHERE action = 'account.requisites'"))

	for range 2 {
		require.NoError(t, b.room.ChangeRequisites(ctx, accountant, account, next))
	}
	require.Equal(t, 1, b.count(t, "audit_entries WHERE action = 'account.requisites' AND before->>'Email' = 'client0@example.test' AND after->>'Email' = 'office@example.test'"), "what changed nothing leaves no trace")
	require.NoError(t, b.room.ChangeRequisites(ctx, b.staff(t, "support@example.test", identity.RoleSupport), account, billing.Requisites{}))
	require.Equal(t, 1, b.count(t, "accounts WHERE email = '' AND address = ''"))
}
