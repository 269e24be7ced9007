package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
)

const (
	codeDigits      = 6
	codeValidFor    = 10 * time.Minute
	codeAttemptsMax = 5
	// loginCodesKept is how long used and expired codes can be looked at.
	loginCodesKept = 24 * time.Hour
)

// RequestLoginCode asks for a code to be mailed to a contact, and returns the token that this
// browser must show together with the code. Known and unknown addresses get the same answer in
// the same time: the request is noted, and a job finds out whose it is. lang is the language of
// the page, for a person who has none.
//
// Asking never logs in, and neither does a link in a mail: only VerifyLoginCode does, which is
// for POST. Returns CodeInvalid for what is no address, CodeRateLimited.
func (s *Service) RequestLoginCode(ctx context.Context, email string, lang i18n.Lang, origin Origin) (pending string, err error) {
	address, err := ParseEmail(email)
	if err != nil {
		return "", err
	}
	if err := s.attempt(ctx, throttleCodeByIP, "code-ip:"+origin.network()); err != nil {
		return "", prolong.Wrap("identity.RequestLoginCode", err)
	}
	if err := s.attempt(ctx, throttleCodeByEmail, "code-email:"+address); err != nil {
		return "", prolong.Wrap("identity.RequestLoginCode", err)
	}
	secret, hash := newSecret()
	origin = origin.bounded()
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row := loginCodeRow{
			Email: address, SecretHash: hash, Language: string(lang), IP: origin.IP, UserAgent: origin.UserAgent,
			ExpiresAt: tx.Now.Add(codeValidFor), CreatedAt: tx.Now,
		}
		if err := gorm.G[loginCodeRow](tx.DB).Create(ctx, &row); err != nil {
			return err
		}
		pending = strconv.FormatInt(row.ID, 10) + "." + secret
		return s.enqueuer.Enqueue(ctx, tx, LoginCodeArgs{RequestID: row.ID})
	})
	if err != nil {
		return "", prolong.Wrap("identity.RequestLoginCode", err)
	}
	return pending, nil
}

// LoginCodeArgs asks for a requested code to be drawn and mailed.
type LoginCodeArgs struct {
	RequestID int64 `json:"request_id"`
}

// Kind names the job.
func (LoginCodeArgs) Kind() string { return "login.code" }

// InsertOpts puts the job before everything else: a person waits.
func (LoginCodeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 5, Priority: jobs.PriorityPeople, Queue: jobs.QueueDefault}
}

// loginCodeWorker works the jobs login.code.
type loginCodeWorker struct {
	river.WorkerDefaults[LoginCodeArgs]
	service *Service
}

// Register adds the room's workers.
func Register(workers *river.Workers, s *Service) {
	river.AddWorker(workers, &loginCodeWorker{service: s})
}

// Work draws the code.
func (w *loginCodeWorker) Work(ctx context.Context, job *river.Job[LoginCodeArgs]) error {
	return w.service.drawLoginCode(ctx, job.Args.RequestID)
}

// drawLoginCode draws and mails the code of a request, once, if its address is that of a person
// who may log in. The code and its letter are written together.
func (s *Service) drawLoginCode(ctx context.Context, requestID int64) error {
	return prolong.Wrap("identity.drawLoginCode", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[loginCodeRow](tx.DB, lockForUpdate()).Where("id = ?", requestID).First(ctx)
		if isMissing(err) || err == nil && (row.CodeHash != nil || !tx.Now.Before(row.ExpiresAt)) {
			return nil
		}
		if err != nil {
			return err
		}
		contact, err := findContact(ctx, tx.DB, "email = ? AND disabled_at IS NULL", row.Email)
		if isMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		today := s.today(tx)
		member, err := gorm.G[membershipRow](tx.DB).Where("contact_id = ? AND "+membershipHolds, contact.ID, today, today).Count(ctx, "id")
		if err != nil || member == 0 {
			return err
		}
		code, err := drawCode()
		if err != nil {
			return err
		}
		if _, err := gorm.G[loginCodeRow](tx.DB).Where("id = ?", row.ID).
			Set(assign("contact_id", contact.ID), assign("code_hash", hashCode(row.SecretHash, code))).Update(ctx); err != nil {
			return err
		}
		language := contact.Language
		if language == "" {
			language = row.Language
		}
		return s.mailer.SendLoginCode(ctx, tx, LoginCodeMail{
			RequestID: row.ID, Email: contact.Email, Name: contact.Name, Language: language, Code: code,
			ValidFor: row.ExpiresAt.Sub(tx.Now).Round(time.Minute), Expires: row.ExpiresAt, Origin: Origin{IP: row.IP, UserAgent: row.UserAgent},
		})
	}))
}

func drawCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// hashCode binds a code to the browser that asked for it.
func hashCode(secretHash []byte, code string) []byte {
	h := sha256.New()
	h.Write(secretHash)
	h.Write([]byte(code))
	return h.Sum(nil)
}

// VerifyLoginCode logs a contact in by the code from his mail and the token of the browser that
// asked for it; oldToken is the session cookie that the browser has, which ends. Call it for
// POST only. A code works once and bears five attempts.
//
// Returns the session's token, or CodeUnauthorized, the same for a wrong, used or expired code
// and for an unknown address; CodeRateLimited.
func (s *Service) VerifyLoginCode(ctx context.Context, pending, code, oldToken string, origin Origin) (token string, err error) {
	if err := s.attempt(ctx, throttleGuessByIP, "guess-ip:"+origin.network()); err != nil {
		return "", prolong.Wrap("identity.VerifyLoginCode", err)
	}
	idText, secret, _ := strings.Cut(pending, ".")
	id, err := strconv.ParseInt(idText, 10, 64)
	if err != nil || len(pending) > tokenBytesMax {
		return "", errWrongCode()
	}
	// The attempt is counted in a statement of its own: what fails below must not undo it.
	const sql = `UPDATE login_codes SET attempts = attempts + 1 WHERE id = $1 AND secret_hash = $2 AND attempts < $3 AND used_at IS NULL AND expires_at > $4`
	tag, err := s.db.Pool.Exec(ctx, sql, id, hashSecret(secret), codeAttemptsMax, s.db.Now())
	if err != nil {
		return "", prolong.Wrap("identity.VerifyLoginCode", err)
	}
	if tag.RowsAffected() == 0 {
		return "", errWrongCode()
	}
	var contact contactRow
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[loginCodeRow](tx.DB, lockForUpdate()).Where("id = ? AND used_at IS NULL", id).First(ctx)
		if isMissing(err) {
			return errWrongCode()
		}
		if err != nil {
			return err
		}
		given := hashCode(row.SecretHash, digitsOf(code))
		if row.ContactID == nil || subtle.ConstantTimeCompare(given, row.CodeHash) != 1 {
			return errWrongCode()
		}
		contact, err = findContact(ctx, tx.DB, "id = ? AND disabled_at IS NULL", *row.ContactID)
		if isMissing(err) {
			return errWrongCode()
		}
		if err != nil {
			return err
		}
		if _, err := gorm.G[loginCodeRow](tx.DB).Where("id = ?", id).Set(assign("used_at", tx.Now)).Update(ctx); err != nil {
			return err
		}
		actor := prolong.Actor{Kind: prolong.ActorContact, ID: contact.ID, Name: contact.Email}
		if token, err = s.openSession(ctx, tx, actor, origin, oldToken); err != nil {
			return err
		}
		return Audit(WithOrigin(ctx, origin), tx, actor, Change{Action: "contact.login", SubjectKind: "contact", SubjectID: contact.ID})
	})
	if err != nil {
		return "", prolong.Wrap("identity.VerifyLoginCode", err)
	}
	return token, prolong.Wrap("identity.VerifyLoginCode", s.forgive(ctx, []string{"code-email:" + contact.Email}, "guess-ip:"+origin.network()))
}

// digitsOf keeps the digits of a code as people type it: "482 913".
func digitsOf(code string) string {
	var b strings.Builder
	for _, r := range code {
		if r >= '0' && r <= '9' && b.Len() <= codeDigits {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func errWrongCode() error {
	return prolong.NewError(prolong.CodeUnauthorized, "error.login_code_wrong", nil)
}
