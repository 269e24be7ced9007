package identity

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// StaffLogin is what the vendor's people log in with, all at once, so that the answer does not
// tell which of it was wrong.
type StaffLogin struct {
	Email    string
	Password string
	// Code is of the authenticator, or a recovery code; empty for a person without a second
	// factor.
	Code string
	// OldToken is the session cookie that the browser has; it ends.
	OldToken string
}

// LoginStaff logs a person of the vendor in. A person without a second factor gets a session in
// which he can only set one up (RightOfficeSelf). Returns the session's token, or
// CodeUnauthorized, in the same time and with the same words for an unknown person and for a
// wrong password or code; CodeRateLimited.
func (s *Service) LoginStaff(ctx context.Context, login StaffLogin, origin Origin) (token string, err error) {
	email := strings.ToLower(strings.TrimSpace(cut(login.Email, emailBytesMax)))
	byEmail, byIP := "staff:"+email, "staff-ip:"+origin.network()
	byPair := "staff:" + email + " " + origin.network()
	for _, limit := range []struct {
		throttle
		subject string
	}{{throttleLoginByIP, byIP}, {throttleLoginByPair, byPair}, {throttleLoginByEmail, byEmail}} {
		if err := s.attempt(ctx, limit.throttle, limit.subject); err != nil {
			return "", prolong.Wrap("identity.LoginStaff", err)
		}
	}
	row, err := findStaff(ctx, s.db.Gorm, "email = ?", email)
	if err != nil && !isMissing(err) {
		return "", prolong.Wrap("identity.LoginStaff", err)
	}
	ok, err := s.hasher.matches(ctx, login.Password, row.PasswordHash)
	if err != nil {
		return "", prolong.Wrap("identity.LoginStaff", err)
	}
	if !ok || row.LockedAt != nil {
		return "", errLoginFailed()
	}
	actor := fromStaffRow(row).actor()
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		locked, err := gorm.G[staffRow](tx.DB, lockForUpdate()).Where("id = ? AND locked_at IS NULL AND password_hash = ?", row.ID, row.PasswordHash).First(ctx)
		if isMissing(err) {
			return errLoginFailed()
		}
		if err != nil {
			return err
		}
		if locked.TOTPSecret != "" {
			if err := s.useSecondFactor(ctx, tx, locked, login.Code); err != nil {
				return err
			}
		}
		if token, err = s.openSession(ctx, tx, actor, origin, login.OldToken); err != nil {
			return err
		}
		return Audit(WithOrigin(ctx, origin), tx, actor, Change{Action: "staff.login", SubjectKind: "staff", SubjectID: row.ID})
	})
	if err != nil {
		return "", prolong.Wrap("identity.LoginStaff", err)
	}
	return token, prolong.Wrap("identity.LoginStaff", s.forgive(ctx, []string{byEmail, byPair}, byIP))
}

// Prove checks the actor's password and second factor again, for what asks for a fresh proof.
// The page then calls RotateSession. Returns CodeUnauthorized, CodeRateLimited.
func (s *Service) Prove(ctx context.Context, actor prolong.Actor, password, code string) error {
	if actor.Kind != prolong.ActorStaff {
		return errForbidden()
	}
	row, err := findStaff(ctx, s.db.Gorm, "id = ? AND locked_at IS NULL", actor.ID)
	if isMissing(err) {
		return errLoggedOut()
	}
	if err != nil {
		return prolong.Wrap("identity.Prove", err)
	}
	if err := s.attempt(ctx, throttleLoginByEmail, "staff:"+row.Email); err != nil {
		return prolong.Wrap("identity.Prove", err)
	}
	ok, err := s.hasher.matches(ctx, password, row.PasswordHash)
	if err != nil {
		return prolong.Wrap("identity.Prove", err)
	}
	if !ok {
		return errLoginFailed()
	}
	if row.TOTPSecret == "" {
		return nil
	}
	return prolong.Wrap("identity.Prove", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.useSecondFactor(ctx, tx, row, code)
	}))
}

func errLoginFailed() error {
	return prolong.NewError(prolong.CodeUnauthorized, "error.login_failed", nil)
}
