package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
)

const totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

func (b *bundle) totp(t *testing.T) string {
	t.Helper()
	c, err := totp.GenerateCode(totpSecret, b.clock.Now())
	require.NoError(t, err)
	return c
}

func TestContactLogsInByCode(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	anna, _ := b.member(t, b.accounts[0], "Anna@Example.test", identity.MemberOwner)
	ctx := t.Context()

	pending, err := b.room.RequestLoginCode(ctx, " anna@example.TEST ", i18n.Russian, desk)
	require.NoError(t, err)
	c := b.lastCode(t)
	token, err := b.room.VerifyLoginCode(ctx, pending, c[:3]+" "+c[3:], "", desk)
	require.NoError(t, err)
	s, err := b.room.FindSession(ctx, token)
	require.NoError(t, err)
	require.Equal(t, prolong.ActorContact, s.Actor.Kind)
	require.Equal(t, anna.ID, s.Actor.ID)
	require.Equal(t, desk, s.Origin)
	require.Equal(t, now.Add(30*24*time.Hour), s.ExpiresAt.UTC())
	require.Contains(t, b.actions(t), "contact.login")

	_, err = b.room.VerifyLoginCode(ctx, pending, c, "", desk)
	require.Equal(t, "error.login_code_wrong", key(err), "a code works once")
}

func TestLoginCodeIsBoundToItsBrowserAndTime(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.member(t, b.accounts[0], "anna@example.test", identity.MemberOwner)
	ctx := t.Context()
	mine, err := b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, desk)
	require.NoError(t, err)
	myCode := b.lastCode(t)
	theirs, err := b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, identity.Origin{IP: "198.51.100.1"})
	require.NoError(t, err)
	theirCode := b.lastCode(t)

	if myCode != theirCode {
		_, err = b.room.VerifyLoginCode(ctx, theirs, myCode, "", desk)
		require.Equal(t, "error.login_code_wrong", key(err), "a code that leaked is worthless in another browser")
	}
	id, _, _ := strings.Cut(mine, ".")
	for _, forged := range []string{"", ".", "x.y", id + ".", id + ".wrong", mine + "x", strings.Repeat("9", 500)} {
		_, err = b.room.VerifyLoginCode(ctx, forged, myCode, "", desk)
		require.Equal(t, prolong.CodeUnauthorized, code(err), forged)
	}
	b.clock.Advance(9 * time.Minute)
	_, err = b.room.VerifyLoginCode(ctx, mine, myCode, "", desk)
	require.NoError(t, err, "somebody else's request does not void mine")
	b.clock.Advance(time.Minute)
	_, err = b.room.VerifyLoginCode(ctx, theirs, theirCode, "", desk)
	require.Equal(t, "error.login_code_wrong", key(err), "too late")
}

func TestLoginCodeBearsFiveAttempts(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	b.member(t, b.accounts[0], "anna@example.test", identity.MemberOwner)
	ctx := t.Context()
	pending, err := b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, desk)
	require.NoError(t, err)
	right := b.lastCode(t)
	wrong := "000000"
	if right == wrong {
		wrong = "000001"
	}
	for range 5 {
		_, err = b.room.VerifyLoginCode(ctx, pending, wrong, "", desk)
		require.Equal(t, "error.login_code_wrong", key(err))
	}
	_, err = b.room.VerifyLoginCode(ctx, pending, right, "", desk)
	require.Equal(t, "error.login_code_wrong", key(err), "wrong attempts are counted although they fail")
}

// Unknown, former and disabled people get the answer that everybody gets, and no letter.
func TestUnknownPeopleLookLikeEverybody(t *testing.T) {
	t.Parallel()
	b := setup(t, 2)
	ctx := t.Context()
	b.member(t, b.accounts[0], "owner@example.test", identity.MemberOwner)
	_, former := b.member(t, b.accounts[0], "former@example.test", identity.MemberEmployee)
	require.NoError(t, b.room.EndMembership(ctx, system, former.Membership.ID))
	_, disabled := b.member(t, b.accounts[1], "disabled@example.test", identity.MemberOwner)
	require.NoError(t, b.room.DisableContact(ctx, system, disabled.Contact.ID))
	_, err := b.room.Invite(ctx, system, b.accounts[0], identity.Invitation{Email: "disabled@example.test", Role: identity.MemberOwner, AccountName: "A"})
	require.Equal(t, "error.contact_disabled", key(err), "an invitation does not revive")

	for _, email := range []string{"unknown@example.test", "former@example.test", "disabled@example.test"} {
		pending, err := b.room.RequestLoginCode(ctx, email, i18n.Kazakh, desk)
		require.NoError(t, err)
		require.NotEmpty(t, pending)
		require.NoError(t, b.queue.Drain(ctx))
		_, err = b.room.VerifyLoginCode(ctx, pending, "123456", "", desk)
		require.Equal(t, "error.login_code_wrong", key(err))
	}
	require.Zero(t, b.count(t, "letters WHERE kind = 'login_code'"))
	_, err = b.room.RequestLoginCode(ctx, "not an address", i18n.Russian, desk)
	require.Equal(t, prolong.CodeInvalid, code(err))
}

func TestLoginCodesAreThrottled(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := t.Context()
	for i := range 10 {
		_, err := b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, identity.Origin{IP: "198.51.100." + string(rune('0'+i))})
		require.NoError(t, err)
	}
	_, err := b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, desk)
	require.Equal(t, prolong.CodeRateLimited, code(err), "ten codes an hour to one person")
	b.clock.Advance(time.Hour)
	_, err = b.room.RequestLoginCode(ctx, "anna@example.test", i18n.Russian, desk)
	require.NoError(t, err)

	flood := func(ip string) (err error) {
		for i := range 31 {
			_, err = b.room.RequestLoginCode(ctx, "x"+strings.Repeat("y", i)+"@example.test", i18n.Russian, identity.Origin{IP: ip})
		}
		return err
	}
	require.Equal(t, prolong.CodeRateLimited, code(flood("203.0.113.9")))
	require.Equal(t, prolong.CodeRateLimited, code(flood("2001:db8:1:2:3:4:5:6")))
	_, err = b.room.RequestLoginCode(ctx, "z@example.test", i18n.Russian, identity.Origin{IP: "2001:db8:1:2:ffff::1"})
	require.Equal(t, prolong.CodeRateLimited, code(err), "an IPv6 network of one customer is one attacker")
	_, err = b.room.RequestLoginCode(ctx, "z@example.test", i18n.Russian, identity.Origin{IP: "2001:db8:1:3::1"})
	require.NoError(t, err)
}

func TestStaffLogsInByPasswordAndSecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	boss := b.staff(t, "boss@example.test", identity.RoleAdministrator)
	login := func(password, code string) (string, error) {
		return b.room.LoginStaff(ctx, identity.StaffLogin{Email: " Boss@Example.test", Password: password, Code: code}, desk)
	}
	first := b.totp(t)
	token, err := login(goodPassword, first)
	require.NoError(t, err)
	s, err := b.room.FindSession(ctx, token)
	require.NoError(t, err)
	require.Equal(t, boss, s.Actor)
	require.Equal(t, identity.RoleAdministrator, s.Role)
	require.True(t, s.SecondFactor)
	require.Equal(t, now.Add(12*time.Hour), s.ExpiresAt.UTC())

	for name, try := range map[string][2]string{
		"replayed code": {goodPassword, first}, "wrong password": {"wrong horse battery!", b.totp(t)},
		"no code": {goodPassword, ""}, "wrong code": {goodPassword, "000000"}, "recovery code that is not": {goodPassword, "aaaa-bbbb-cccc-dddd"},
	} {
		_, err := login(try[0], try[1])
		require.Equal(t, "error.login_failed", key(err), name)
		_, err = b.db.Pool.Exec(ctx, "DELETE FROM login_throttles")
		require.NoError(t, err)
	}
	_, err = b.room.LoginStaff(ctx, identity.StaffLogin{Email: "nobody@example.test", Password: goodPassword}, desk)
	require.Equal(t, "error.login_failed", key(err))

	b.clock.Advance(30 * time.Second)
	_, err = login(goodPassword, b.totp(t))
	require.NoError(t, err)
}

// Guessing passwords is slowed down per person and place, per place and per person, and the
// count survives that every guess fails.
func TestStaffLoginIsThrottled(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	b.staff(t, "boss@example.test", identity.RoleAdministrator)
	guess := func(email, ip string) error {
		_, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: email, Password: "wrong horse battery"}, identity.Origin{IP: ip})
		return err
	}
	for range 6 {
		require.Equal(t, "error.login_failed", key(guess("boss@example.test", "203.0.113.1")))
	}
	require.Equal(t, prolong.CodeRateLimited, code(guess("boss@example.test", "203.0.113.1")))
	for range 6 {
		require.Equal(t, "error.login_failed", key(guess("unknown@example.test", "203.0.113.1")), "another person from there may still try")
	}
	require.Equal(t, prolong.CodeRateLimited, code(guess("unknown@example.test", "203.0.113.1")), "the same for a person who does not exist")

	token, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: "boss@example.test", Password: goodPassword, Code: b.totp(t)}, desk)
	require.NoError(t, err, "the real one, from his desk, is not locked out")
	require.NotEmpty(t, token)
	b.clock.Advance(15 * time.Minute)
	require.Equal(t, "error.login_failed", key(guess("boss@example.test", "203.0.113.1")), "the window is over")
}

func TestStaffSetsUpPasswordAndSecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	b.staff(t, "boss@example.test", identity.RoleAdministrator)
	setups, err := b.room.ApplyStaff(ctx, system, []identity.StaffSpec{{Email: "New@Example.test", Name: "Новый", Role: identity.RoleSupport, Language: "kk"}})
	require.NoError(t, err)
	require.Len(t, setups, 1)
	require.Equal(t, "new@example.test", setups[0].Email)
	again, err := b.room.ApplyStaff(ctx, system, []identity.StaffSpec{{Email: "new@example.test", Name: "Новый", Role: identity.RoleSupport}})
	require.NoError(t, err)
	require.Empty(t, again, "a token is shown once")

	owner, err := b.room.SetupOwner(ctx, setups[0].Token)
	require.NoError(t, err)
	require.Equal(t, "kk", owner.Language)
	for password, want := range map[string]string{
		"short": "error.password_short", "newnewnewnewnew1": "error.password_simple", "aaaaaaaaaaaaaaaa": "error.password_simple",
		strings.Repeat("длинный пароль ", 30): "error.password_long",
	} {
		require.Equal(t, want, key(b.room.SetPassword(ctx, setups[0].Token, password)), password)
	}
	require.NoError(t, b.room.SetPassword(ctx, setups[0].Token, goodPassword))
	require.Equal(t, prolong.CodeNotFound, code(b.room.SetPassword(ctx, setups[0].Token, goodPassword)), "used")

	token, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: "new@example.test", Password: goodPassword}, desk)
	require.NoError(t, err)
	s, err := b.room.FindSession(ctx, token)
	require.NoError(t, err)
	require.False(t, s.SecondFactor)
	require.Equal(t, "error.second_factor_missing", key(b.room.Authorize(ctx, s.Actor, identity.RightOfficeTickets, 0)))
	require.NoError(t, b.room.Authorize(ctx, s.Actor, identity.RightOfficeSelf, 0))

	_, err = b.room.ConfirmSecondFactor(ctx, s.Actor, "123456")
	require.Equal(t, prolong.CodeConflict, code(err))
	factor, err := b.room.BeginSecondFactor(ctx, s.Actor)
	require.NoError(t, err)
	require.Contains(t, factor.URL, "otpauth://totp/")
	require.Contains(t, factor.URL, "secret="+factor.Secret)
	require.NotContains(t, factor.URL, "+")
	current, err := totp.GenerateCode(factor.Secret, b.clock.Now())
	require.NoError(t, err)
	_, err = b.room.ConfirmSecondFactor(ctx, s.Actor, "000000")
	require.Equal(t, "error.second_factor_wrong", key(err))
	recovery, err := b.room.ConfirmSecondFactor(ctx, s.Actor, current)
	require.NoError(t, err)
	require.Len(t, recovery, 10)
	rotated, err := b.room.RotateSession(ctx, token, true)
	require.NoError(t, err)
	_, err = b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err), "the old cookie is void")
	s, err = b.room.FindSession(ctx, rotated)
	require.NoError(t, err)
	require.True(t, s.SecondFactor)
	require.NoError(t, b.room.Authorize(ctx, s.Actor, identity.RightOfficeTickets, 0))

	enter := func(code string) error {
		_, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: "new@example.test", Password: goodPassword, Code: code}, desk)
		return err
	}
	require.Equal(t, "error.login_failed", key(enter(current)), "the code that confirmed is spent")
	require.NoError(t, enter(strings.ToUpper(recovery[0])))
	require.Equal(t, "error.login_failed", key(enter(recovery[0])), "a recovery code works once")
	left, err := b.room.RecoveryCodesLeft(ctx, s.Actor)
	require.NoError(t, err)
	require.Equal(t, 9, left)

	boss := b.staffActor(t, "boss@example.test")
	require.NoError(t, b.room.ResetSecondFactor(ctx, boss, s.Actor.ID))
	_, err = b.room.FindSession(ctx, rotated)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	require.NoError(t, enter(""))
	require.Equal(t, prolong.CodeForbidden, code(b.room.ResetSecondFactor(ctx, s.Actor, boss.ID)))
}

func TestChangeAndForgetPassword(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	boss := b.staff(t, "boss@example.test", identity.RoleAdministrator)
	agent := b.staff(t, "agent@example.test", identity.RoleSupport)
	login := func(password string) (string, error) {
		b.clock.Advance(30 * time.Second)
		return b.room.LoginStaff(ctx, identity.StaffLogin{Email: "agent@example.test", Password: password, Code: b.totp(t)}, desk)
	}
	kept, err := login(goodPassword)
	require.NoError(t, err)
	other, err := login(goodPassword)
	require.NoError(t, err)
	session, err := b.room.FindSession(ctx, kept)
	require.NoError(t, err)

	const second = "another good password"
	require.Equal(t, "error.password_wrong", key(b.room.ChangePassword(ctx, agent, "wrong", second, session.ID)))
	require.NoError(t, b.room.ChangePassword(ctx, agent, goodPassword, second, session.ID))
	_, err = b.room.FindSession(ctx, kept)
	require.NoError(t, err)
	_, err = b.room.FindSession(ctx, other)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	_, err = login(goodPassword)
	require.Equal(t, "error.login_failed", key(err))
	require.NoError(t, b.room.Prove(ctx, agent, second, b.next(t)))
	require.Error(t, b.room.Prove(ctx, agent, goodPassword, b.next(t)))

	lost, err := b.room.ResetStaff(ctx, boss, agent.ID)
	require.NoError(t, err)
	newer, err := b.room.ResetStaff(ctx, boss, agent.ID)
	require.NoError(t, err)
	require.Equal(t, "error.setup_not_found", key(b.room.SetPassword(ctx, lost.Token, goodPassword)), "a newer token voids the older")
	b.clock.Advance(73 * time.Hour)
	require.Equal(t, "error.setup_not_found", key(b.room.SetPassword(ctx, newer.Token, goodPassword)), "too old")
	newer, err = b.room.ResetStaff(ctx, boss, agent.ID)
	require.NoError(t, err)
	require.NoError(t, b.room.SetPassword(ctx, newer.Token, goodPassword))
	_, err = login(goodPassword)
	require.NoError(t, err, "the second factor stayed")
}

// next moves the clock to the next code of the authenticator.
func (b *bundle) next(t *testing.T) string {
	t.Helper()
	b.clock.Advance(30 * time.Second)
	return b.totp(t)
}

func TestLockedStaffAndTheLastAdministrator(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	boss := b.staff(t, "boss@example.test", identity.RoleAdministrator)
	agent := b.staff(t, "agent@example.test", identity.RoleSupport)
	token, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: "agent@example.test", Password: goodPassword, Code: b.totp(t)}, desk)
	require.NoError(t, err)

	require.Equal(t, prolong.CodeForbidden, code(b.room.LockStaff(ctx, agent, boss.ID)))
	require.NoError(t, b.room.LockStaff(ctx, boss, agent.ID))
	_, err = b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err))
	require.Equal(t, prolong.CodeUnauthorized, code(b.room.Authorize(ctx, agent, identity.RightOfficeSelf, 0)))
	_, err = b.room.LoginStaff(ctx, identity.StaffLogin{Email: "agent@example.test", Password: goodPassword, Code: b.next(t)}, desk)
	require.Equal(t, "error.login_failed", key(err))
	require.NoError(t, b.room.UnlockStaff(ctx, boss, agent.ID))
	_, err = b.room.LoginStaff(ctx, identity.StaffLogin{Email: "agent@example.test", Password: goodPassword, Code: b.next(t)}, desk)
	require.NoError(t, err)

	require.Equal(t, "error.staff_lock_self", key(b.room.LockStaff(ctx, boss, boss.ID)))
	require.Equal(t, "error.staff_last_administrator", key(b.room.LockStaff(ctx, system, boss.ID)))
	_, err = b.room.ApplyStaff(ctx, system, []identity.StaffSpec{{Email: "boss@example.test", Name: "Boss", Role: identity.RoleSupport}})
	require.Equal(t, "error.staff_last_administrator", key(err))
	require.Equal(t, prolong.CodeNotFound, code(b.room.LockStaff(ctx, boss, 999)))
}

func TestApplyStaffIsIdempotentAndAllOrNone(t *testing.T) {
	t.Parallel()
	b := setup(t, 0)
	ctx := t.Context()
	specs := []identity.StaffSpec{
		{Email: "boss@example.test", Name: "Администратор", Role: identity.RoleAdministrator, Password: goodPassword},
		{Email: "money@example.test", Name: "Бухгалтер", Role: identity.RoleAccountant, Password: goodPassword},
	}
	_, err := b.room.ApplyStaff(ctx, system, specs)
	require.NoError(t, err)
	before := b.count(t, "audit_entries")
	_, err = b.room.ApplyStaff(ctx, system, specs)
	require.NoError(t, err)
	require.Equal(t, before, b.count(t, "audit_entries"), "nothing changed, nothing said")

	token, err := b.room.LoginStaff(ctx, identity.StaffLogin{Email: "money@example.test", Password: goodPassword}, desk)
	require.NoError(t, err)
	specs[1].Role, specs[1].Password = identity.RoleSupport, "a later password in the file"
	_, err = b.room.ApplyStaff(ctx, system, specs)
	require.NoError(t, err)
	_, err = b.room.FindSession(ctx, token)
	require.Equal(t, prolong.CodeUnauthorized, code(err), "a changed role ends the sessions")
	_, err = b.room.LoginStaff(ctx, identity.StaffLogin{Email: "money@example.test", Password: goodPassword}, desk)
	require.NoError(t, err, "the file's password is only the first one")

	for _, bad := range []identity.StaffSpec{
		{Email: "no address", Role: identity.RoleSupport}, {Email: "a@example.test", Role: "king"},
		{Email: "a@example.test", Role: identity.RoleSupport, Password: "short"}, {Email: "a@example.test", Role: identity.RoleSupport, Language: "xx"},
		{Email: "a@example.test", Role: identity.RoleSupport, SecondFactor: "not base32!"},
	} {
		_, err = b.room.ApplyStaff(ctx, system, []identity.StaffSpec{{Email: "new@example.test", Role: identity.RoleSupport}, bad})
		require.Equal(t, prolong.CodeInvalid, code(err))
	}
	require.Equal(t, 2, b.count(t, "staff"))
}
