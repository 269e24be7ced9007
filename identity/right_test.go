package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/identity"
)

// The table of roles and rights, as it was agreed on: o owner, a accountant, e employee;
// A administrator, M accountant, S support.
func TestTheTableOfRights(t *testing.T) {
	t.Parallel()
	want := map[identity.Right]string{
		identity.RightCabinetCalls: "oae", identity.RightCabinetCompany: "oa", identity.RightCabinetDocuments: "oa", identity.RightCabinetHome: "oae",
		identity.RightCabinetInvoices: "oa", identity.RightCabinetPeople: "o", identity.RightCabinetPlan: "o", identity.RightCabinetTickets: "oae",
		identity.RightCabinetSelf: "", identity.RightAPIAccess: "", identity.RightAPIAvailability: "", identity.RightAPIExports: "", identity.RightAPIHooks: "",
		identity.RightOfficeAPIKeys: "A", identity.RightOfficeAudit: "A", identity.RightOfficeCalls: "AMS", identity.RightOfficeCallsManage: "AS",
		identity.RightOfficeClients: "AMS", identity.RightOfficeClientsManage: "AMS", identity.RightOfficeDashboard: "AMS", identity.RightOfficeDocuments: "AMS",
		identity.RightOfficeDocumentsManage: "AM", identity.RightOfficeExports: "AM", identity.RightOfficeInvoicesManage: "AM", identity.RightOfficeJobs: "A",
		identity.RightOfficeMessages: "AMS", identity.RightOfficeMessagesSend: "AMS", identity.RightOfficePayments: "AMS", identity.RightOfficePaymentsReview: "AM",
		identity.RightOfficeSearch: "AMS", identity.RightOfficeSelf: "AMS", identity.RightOfficeSellers: "AM", identity.RightOfficeSettings: "A", identity.RightOfficeStaff: "A",
		identity.RightOfficeTickets: "AMS", identity.RightOfficeTicketsAnswer: "AMS",
	}
	require.Len(t, identity.Rights(), len(want))
	for _, right := range identity.Rights() {
		var got []string
		for letter, role := range map[string]identity.MemberRole{"o": identity.MemberOwner, "a": identity.MemberAccountant, "e": identity.MemberEmployee} {
			if identity.MemberMay(role, right) {
				got = append(got, letter)
			}
		}
		for letter, role := range map[string]identity.Role{"A": identity.RoleAdministrator, "M": identity.RoleAccountant, "S": identity.RoleSupport} {
			if identity.StaffMay(role, right) {
				got = append(got, letter)
			}
		}
		require.ElementsMatch(t, strings.Split(want[right], ""), got, right)
	}
}

// Every right against every actor: nothing is open that the table does not open.
func TestAuthorizeWalksRightsByActors(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	own, foreign := b.accounts[0], b.accounts[1]
	contacts := map[identity.MemberRole]prolong.Actor{}
	for _, role := range identity.MemberRoles() {
		contacts[role], _ = b.member(t, own, string(role)+"@example.test", role)
	}
	staff := map[identity.Role]prolong.Actor{}
	for _, role := range identity.Roles() {
		staff[role] = b.staff(t, string(role)+"@vendor.test", role)
	}
	_, info, err := b.room.CreateAPIKey(ctx, system, identity.APIKeySpec{Name: "pass service", Scopes: []identity.Right{identity.RightAPIAccess}})
	require.NoError(t, err)
	machine := prolong.Actor{Kind: prolong.ActorMachine, ID: info.ID}

	for _, right := range identity.Rights() {
		require.NoError(t, b.room.Authorize(ctx, system, right, own))
		for role, actor := range contacts {
			err := b.room.Authorize(ctx, actor, right, own)
			require.Equal(t, right == identity.RightCabinetSelf || identity.MemberMay(role, right), err == nil, "%s %s: %v", role, right, err)
			if right == identity.RightCabinetSelf {
				continue
			}
			for _, account := range []billing.AccountID{foreign, 0, 999_999} {
				require.Equal(t, prolong.CodeNotFound, code(b.room.Authorize(ctx, actor, right, account)), "%s %s", role, right)
			}
		}
		for role, actor := range staff {
			err := b.room.Authorize(ctx, actor, right, own)
			require.Equal(t, identity.StaffMay(role, right), err == nil, "%s %s: %v", role, right, err)
		}
		require.Equal(t, right == identity.RightAPIAccess, b.room.Authorize(ctx, machine, right, own) == nil, right)
		for _, nobody := range []prolong.Actor{
			{}, {Kind: "king"}, {Kind: prolong.ActorStaff, ID: 999}, {Kind: prolong.ActorContact, ID: 999}, {Kind: prolong.ActorMachine, ID: 999},
		} {
			require.Equal(t, prolong.CodeUnauthorized, code(b.room.Authorize(ctx, nobody, right, own)))
		}
	}
	require.Equal(t, prolong.CodeForbidden, code(b.room.Authorize(ctx, staff[identity.RoleAdministrator], "office.invented", 0)))
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	boss, agent := b.staff(t, "boss@example.test", identity.RoleAdministrator), b.staff(t, "agent@example.test", identity.RoleSupport)
	spec := identity.APIKeySpec{Name: "pass service", Scopes: []identity.Right{identity.RightAPIAccess, identity.RightAPIHooks}}
	_, _, err := b.room.CreateAPIKey(ctx, agent, spec)
	require.Equal(t, prolong.CodeForbidden, code(err))
	for _, bad := range []identity.APIKeySpec{{Scopes: spec.Scopes}, {Name: "x"}, {Name: "x", Scopes: []identity.Right{identity.RightOfficeStaff}}} {
		_, _, err = b.room.CreateAPIKey(ctx, boss, bad)
		require.Equal(t, prolong.CodeInvalid, code(err))
	}
	secret, info, err := b.room.CreateAPIKey(ctx, boss, spec)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(secret, info.Prefix+"_"))
	var kept string
	require.NoError(t, b.db.Pool.QueryRow(ctx, "SELECT string_agg(k::text, '') || (SELECT string_agg(a::text, '') FROM audit_entries a) FROM api_keys k").Scan(&kept))
	require.NotContains(t, kept, secret[len(info.Prefix)+1:])

	actor, err := b.room.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.NoError(t, err)
	require.Equal(t, prolong.Actor{Kind: prolong.ActorMachine, ID: info.ID, Name: "pass service"}, actor)
	_, err = b.room.AuthorizeKey(ctx, secret, identity.RightAPIExports)
	require.Equal(t, prolong.CodeForbidden, code(err))
	for _, wrong := range []string{"", "prl", "prl__", info.Prefix, info.Prefix + "_", info.Prefix + "_wrong", secret + "x", "xxx" + secret[3:], strings.Repeat("x_", 300)} {
		_, err = b.room.AuthorizeKey(ctx, wrong, identity.RightAPIAccess)
		require.Equal(t, prolong.CodeUnauthorized, code(err), wrong)
	}
	keys, err := b.room.APIKeys(ctx)
	require.NoError(t, err)
	require.Equal(t, now, keys[0].LastUsedAt.UTC())

	// another node remembers for ten seconds
	elsewhere := identity.New(b.db, nil, nil, identity.Config{})
	_, err = elsewhere.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.NoError(t, err)
	require.NoError(t, b.room.RevokeAPIKey(ctx, boss, info.ID))
	require.Equal(t, prolong.CodeNotFound, code(b.room.RevokeAPIKey(ctx, boss, info.ID)))
	_, err = b.room.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.Equal(t, prolong.CodeUnauthorized, code(err), "here at once")
	_, err = elsewhere.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.NoError(t, err)
	b.clock.Advance(10 * time.Second)
	_, err = elsewhere.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.Equal(t, prolong.CodeUnauthorized, code(err))

	spec.Expires = b.clock.Now().Add(5 * time.Second)
	secret, _, err = b.room.CreateAPIKey(ctx, boss, spec)
	require.NoError(t, err)
	_, err = b.room.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.NoError(t, err)
	b.clock.Advance(5 * time.Second)
	_, err = b.room.AuthorizeKey(ctx, secret, identity.RightAPIAccess)
	require.Equal(t, prolong.CodeUnauthorized, code(err), "to the second")
	require.Subset(t, b.actions(t), []string{"api_key.create", "api_key.revoke"})
	require.False(t, slices.Contains(b.actions(t), secret))
}

// The pass service asks by the thousand per second.
func BenchmarkAuthorizeKey(b *testing.B) {
	w := setup(b, 0)
	secret, _, err := w.room.CreateAPIKey(b.Context(), system, identity.APIKeySpec{Name: "pass service", Scopes: []identity.Right{identity.RightAPIAccess}})
	require.NoError(b, err)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := w.room.AuthorizeKey(b.Context(), secret, identity.RightAPIAccess); err != nil {
				b.Error(err)
			}
		}
	})
}
