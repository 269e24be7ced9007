package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// login logs a contact in and returns the cookie's token.
func (b *bundle) login(t *testing.T, email, oldToken string) string {
	t.Helper()
	pending, err := b.room.RequestLoginCode(t.Context(), email, i18n.Russian, desk)
	require.NoError(t, err)
	token, err := b.room.VerifyLoginCode(t.Context(), pending, b.lastCode(t), oldToken, desk)
	require.NoError(t, err)
	return token
}

func TestSessionsSlideAndEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	b.member(t, b.accounts[0], "anna@example.test", identity.MemberOwner)
	token := b.login(t, "anna@example.test", "")
	for range 3 {
		b.clock.Advance(29 * 24 * time.Hour)
		_, err := b.room.FindSession(ctx, token)
		require.NoError(t, err, "a visit lets it live on")
	}
	b.clock.Advance(30 * 24 * time.Hour)
	_, err := b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	done, err := b.room.Sweep(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, done.Sessions)
	require.Equal(t, 1, done.Codes)
	require.Positive(t, done.Throttles)

	b.staff(t, "boss@example.test", identity.RoleAdministrator)
	token, err = b.room.LoginStaff(ctx, identity.StaffLogin{Email: "boss@example.test", Password: goodPassword, Code: b.totp(t)}, desk)
	require.NoError(t, err)
	visits := 0
	for ; err == nil; visits++ {
		b.clock.Advance(11 * time.Hour)
		_, err = b.room.FindSession(ctx, token)
	}
	require.Equal(t, 16, visits, "staff log in again after a week at the latest")
}

func TestSessionTokens(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	b.member(t, b.accounts[0], "anna@example.test", identity.MemberOwner)
	planted := b.login(t, "anna@example.test", "")
	token := b.login(t, "anna@example.test", planted)
	require.NotEqual(t, planted, token)
	_, err := b.room.FindSession(ctx, planted)
	require.Equal(t, prolong.CodeUnauthorized, code(err), "a login never keeps the id that the browser had")
	id, secret, _ := strings.Cut(token, ".")
	for _, forged := range []string{"", ".", id, id + ".", id + "." + strings.Repeat("a", 26), "." + secret, token + "x", strings.Repeat("x", 1000) + "." + secret} {
		_, err := b.room.FindSession(ctx, forged)
		require.Equal(t, prolong.CodeUnauthorized, code(err), forged)
	}
	var kept string
	require.NoError(t, b.db.Pool.QueryRow(ctx, "SELECT string_agg(s::text, '') FROM sessions s").Scan(&kept))
	require.NotContains(t, kept, secret)

	b.clock.Advance(time.Hour)
	rotated, err := b.room.RotateSession(ctx, token, true)
	require.NoError(t, err)
	s, err := b.room.FindSession(ctx, rotated)
	require.NoError(t, err)
	require.Equal(t, now.Add(time.Hour), s.ProvedAt.UTC())
	require.Equal(t, now, s.CreatedAt.UTC())
	_, err = b.room.RotateSession(ctx, token, true)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	require.NoError(t, b.room.Logout(ctx, rotated))
	require.NoError(t, b.room.Logout(ctx, rotated))
	_, err = b.room.FindSession(ctx, rotated)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
}

func TestSessionsListAndRevoke(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	anna, _ := b.member(t, b.accounts[0], "anna@example.test", identity.MemberOwner)
	boris, _ := b.member(t, b.accounts[0], "boris@example.test", identity.MemberEmployee)
	tokens := []string{b.login(t, "anna@example.test", ""), b.login(t, "anna@example.test", ""), b.login(t, "anna@example.test", "")}
	theirs := b.login(t, "boris@example.test", "")
	list, err := b.room.Sessions(ctx, anna)
	require.NoError(t, err)
	require.Len(t, list, 3)
	mine, err := b.room.FindSession(ctx, tokens[0])
	require.NoError(t, err)
	other, err := b.room.FindSession(ctx, tokens[1])
	require.NoError(t, err)

	require.Equal(t, prolong.CodeNotFound, code(b.room.RevokeSession(ctx, boris, other.ID)), "only one's own")
	require.NoError(t, b.room.RevokeSession(ctx, anna, other.ID))
	require.NoError(t, b.room.RevokeOtherSessions(ctx, anna, mine.ID))
	list, err = b.room.Sessions(ctx, anna)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, mine.ID, list[0].ID)
	_, err = b.room.FindSession(ctx, theirs)
	require.NoError(t, err)
	_, err = b.room.Sessions(ctx, prolong.System("x"))
	require.Equal(t, prolong.CodeForbidden, code(err))
}

// Who is shut out is out in every browser at once.
func TestShutOutPeopleHaveNoSession(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	_, employee := b.member(t, b.accounts[0], "employee@example.test", identity.MemberEmployee)
	_, second := b.member(t, b.accounts[1], "employee@example.test", identity.MemberEmployee)
	token := b.login(t, "employee@example.test", "")
	require.NoError(t, b.room.EndMembership(ctx, system, employee.Membership.ID))
	_, err := b.room.FindSession(ctx, token)
	require.NoError(t, err, "he belongs to another account still")
	require.NoError(t, b.room.EndMembership(ctx, system, second.Membership.ID))
	_, err = b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err))

	_, m := b.member(t, b.accounts[1], "gone@example.test", identity.MemberEmployee)
	token = b.login(t, "gone@example.test", "")
	require.NoError(t, b.room.DisableContact(ctx, system, m.Contact.ID))
	_, err = b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	broken, err := postgres.Verify(ctx, b.db, identity.Invariants())
	require.NoError(t, err)
	require.Empty(t, broken)
}
