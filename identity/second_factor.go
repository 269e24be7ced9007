package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// The second factor is TOTP as every authenticator knows it (RFC 6238): SHA-1, six digits, 30
// seconds.
const (
	totpPeriod         = 30 * time.Second
	totpDigits         = 6
	totpSkewSteps      = 1 // a clock that is half a minute off
	totpSecretBytes    = 20
	recoveryCodesCount = 10
	recoveryCodeBytes  = 10
)

var secretEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// SecondFactorSetup is what an authenticator has to be told.
type SecondFactorSetup struct {
	Secret string // to type, base32
	URL    string // otpauth://, to show as a QR code
}

// BeginSecondFactor draws a new secret for the actor. It counts only after ConfirmSecondFactor;
// until then an old one stays in force.
func (s *Service) BeginSecondFactor(ctx context.Context, actor prolong.Actor) (SecondFactorSetup, error) {
	if actor.Kind != prolong.ActorStaff {
		return SecondFactorSetup{}, errForbidden()
	}
	raw := make([]byte, totpSecretBytes)
	if _, err := rand.Read(raw); err != nil {
		return SecondFactorSetup{}, prolong.Wrap("identity.BeginSecondFactor", err)
	}
	secret := secretEncoding.EncodeToString(raw)
	var email string
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := findStaff(ctx, tx.DB, "id = ? AND locked_at IS NULL", actor.ID)
		if isMissing(err) {
			return errLoggedOut()
		}
		if err != nil {
			return err
		}
		email = row.Email
		_, err = gorm.G[staffRow](tx.DB).Where("id = ?", actor.ID).Set(assign("totp_pending", secret)).Update(ctx)
		return err
	})
	if err != nil {
		return SecondFactorSetup{}, prolong.Wrap("identity.BeginSecondFactor", err)
	}
	query := url.Values{"secret": {secret}, "issuer": {s.cfg.Issuer}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + s.cfg.Issuer + ":" + email,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20")}
	return SecondFactorSetup{Secret: secret, URL: u.String()}, nil
}

// ConfirmSecondFactor puts the drawn secret into force once the actor shows a code of it, and
// returns his recovery codes, which are shown this once; older ones are void. The page then
// calls RotateSession. Returns CodeUnauthorized for a wrong code, CodeConflict if none was
// drawn.
func (s *Service) ConfirmSecondFactor(ctx context.Context, actor prolong.Actor, code string) (recovery []string, err error) {
	if actor.Kind != prolong.ActorStaff {
		return nil, errForbidden()
	}
	if err := s.attempt(ctx, throttleLoginByEmail, "confirm:"+actor.String()); err != nil {
		return nil, prolong.Wrap("identity.ConfirmSecondFactor", err)
	}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[staffRow](tx.DB, lockForUpdate()).Where("id = ? AND locked_at IS NULL", actor.ID).First(ctx)
		if isMissing(err) {
			return errLoggedOut()
		}
		if err != nil {
			return err
		}
		if row.TOTPPending == "" {
			return prolong.NewError(prolong.CodeConflict, "error.second_factor_not_begun", nil)
		}
		step, ok, err := matchTOTP(row.TOTPPending, code, tx.Now, 0)
		if err != nil {
			return err
		}
		if !ok {
			return prolong.NewError(prolong.CodeUnauthorized, "error.second_factor_wrong", nil)
		}
		if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", row.ID).
			Set(assign("totp_secret", row.TOTPPending), assign("totp_pending", ""), assign("totp_last_step", step)).Update(ctx); err != nil {
			return err
		}
		if recovery, err = replaceRecoveryCodes(ctx, tx, row.ID); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "staff.second_factor", SubjectKind: "staff", SubjectID: row.ID})
	})
	if err != nil {
		return nil, prolong.Wrap("identity.ConfirmSecondFactor", err)
	}
	return recovery, nil
}

// ResetSecondFactor takes the second factor from a person who lost his telephone and his
// recovery codes: he sets up a new one at the next login. Needs RightOfficeStaff. Returns
// CodeForbidden, CodeNotFound.
func (s *Service) ResetSecondFactor(ctx context.Context, actor prolong.Actor, staffID int64) error {
	return s.changeStaff(ctx, actor, "identity.ResetSecondFactor", staffID, func(ctx context.Context, tx postgres.Tx, row staffRow) error {
		if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", row.ID).
			Set(assign("totp_secret", ""), assign("totp_pending", ""), assign("totp_last_step", 0)).Update(ctx); err != nil {
			return err
		}
		if _, err := gorm.G[recoveryRow](tx.DB).Where("staff_id = ?", row.ID).Delete(ctx); err != nil {
			return err
		}
		if err := revokeSessions(ctx, tx, prolong.ActorStaff, row.ID, ""); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "staff.second_factor_reset", SubjectKind: "staff", SubjectID: row.ID})
	})
}

// RecoveryCodesLeft counts the recovery codes that the actor has not used.
func (s *Service) RecoveryCodesLeft(ctx context.Context, actor prolong.Actor) (int, error) {
	n, err := gorm.G[recoveryRow](s.db.Gorm).Where("staff_id = ? AND used_at IS NULL", actor.ID).Count(ctx, "staff_id")
	return int(n), prolong.Wrap("identity.RecoveryCodesLeft", err)
}

// useSecondFactor accepts a code of the authenticator that has not been used, or a recovery
// code that has not. Both are spent by it.
func (s *Service) useSecondFactor(ctx context.Context, tx postgres.Tx, row staffRow, code string) error {
	code = strings.ToLower(strings.Join(strings.FieldsFunc(cut(code, tokenBytesMax), func(r rune) bool { return r == ' ' || r == '-' || r == '\u00a0' }), ""))
	if len(code) != totpDigits {
		return useRecoveryCode(ctx, tx, row.ID, code)
	}
	step, ok, err := matchTOTP(row.TOTPSecret, code, tx.Now, row.TOTPLastStep)
	if err != nil {
		return err
	}
	if !ok {
		return errLoginFailed()
	}
	n, err := gorm.G[staffRow](tx.DB).Where("id = ? AND totp_last_step < ?", row.ID, step).Set(assign("totp_last_step", step)).Update(ctx)
	if err == nil && n == 0 {
		err = errLoginFailed() // somebody used the same code a moment ago
	}
	return err
}

// matchTOTP finds the 30-second step whose code it is, later than the last one used.
func matchTOTP(secret, code string, now time.Time, lastStep int64) (step int64, ok bool, err error) {
	current := now.Unix() / int64(totpPeriod/time.Second)
	for step := current - totpSkewSteps; step <= current+totpSkewSteps; step++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*int64(totpPeriod/time.Second), 0),
			totp.ValidateOpts{Period: uint(totpPeriod / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, err
		}
		if step > lastStep && subtle.ConstantTimeCompare([]byte(want), []byte(digitsOf(code))) == 1 {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// replaceRecoveryCodes draws new recovery codes and voids the old ones.
func replaceRecoveryCodes(ctx context.Context, tx postgres.Tx, staffID int64) ([]string, error) {
	if _, err := gorm.G[recoveryRow](tx.DB).Where("staff_id = ?", staffID).Delete(ctx); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodesCount)
	for i := range codes {
		raw := make([]byte, recoveryCodeBytes)
		if _, err := rand.Read(raw); err != nil {
			return nil, err
		}
		code := strings.ToLower(secretEncoding.EncodeToString(raw))
		if err := gorm.G[recoveryRow](tx.DB).Create(ctx, &recoveryRow{StaffID: staffID, CodeHash: hashSecret(code)}); err != nil {
			return nil, err
		}
		const groupRunes = 4
		for len(code) > groupRunes {
			codes[i] += code[:groupRunes] + "-"
			code = code[groupRunes:]
		}
		codes[i] += code
	}
	return codes, nil
}

func useRecoveryCode(ctx context.Context, tx postgres.Tx, staffID int64, code string) error {
	n, err := gorm.G[recoveryRow](tx.DB).Where("staff_id = ? AND code_hash = ? AND used_at IS NULL", staffID, hashSecret(code)).
		Set(assign("used_at", tx.Now)).Update(ctx)
	if err == nil && n == 0 {
		err = errLoginFailed()
	}
	return err
}
