package identity

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"prolong"
	"prolong/billing"
)

// contactRow is a row of contacts.
type contactRow struct {
	ID         int64      `gorm:"column:id;primaryKey"`
	Email      string     `gorm:"column:email"`
	Name       string     `gorm:"column:name"`
	Phone      string     `gorm:"column:phone"`
	Language   string     `gorm:"column:language"`
	DisabledAt *time.Time `gorm:"column:disabled_at"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
}

// membershipRow is a row of memberships.
type membershipRow struct {
	ID                int64        `gorm:"column:id;primaryKey"`
	AccountID         int64        `gorm:"column:account_id"`
	ContactID         int64        `gorm:"column:contact_id"`
	Role              string       `gorm:"column:role"`
	ValidFrom         prolong.Date `gorm:"column:valid_from;type:date"`
	ValidTo           prolong.Date `gorm:"column:valid_to;type:date"`
	ReceivesInvoices  bool         `gorm:"column:receives_invoices"`
	ReceivesDocuments bool         `gorm:"column:receives_documents"`
	ReceivesTickets   bool         `gorm:"column:receives_tickets"`
	Actor             string       `gorm:"column:actor"`
	CreatedAt         time.Time    `gorm:"column:created_at"`
}

// staffRow is a row of staff.
type staffRow struct {
	ID           int64      `gorm:"column:id;primaryKey"`
	Email        string     `gorm:"column:email"`
	Name         string     `gorm:"column:name"`
	Role         string     `gorm:"column:role"`
	Language     string     `gorm:"column:language"`
	PasswordHash string     `gorm:"column:password_hash"`
	TOTPSecret   string     `gorm:"column:totp_secret"`
	TOTPPending  string     `gorm:"column:totp_pending"`
	TOTPLastStep int64      `gorm:"column:totp_last_step"`
	LockedAt     *time.Time `gorm:"column:locked_at"`
	CreatedAt    time.Time  `gorm:"column:created_at"`
}

// recoveryRow is a row of staff_recovery_codes.
type recoveryRow struct {
	StaffID  int64      `gorm:"column:staff_id;primaryKey"`
	CodeHash []byte     `gorm:"column:code_hash;primaryKey"`
	UsedAt   *time.Time `gorm:"column:used_at"`
}

// setupRow is a row of staff_setups.
type setupRow struct {
	StaffID    int64     `gorm:"column:staff_id;primaryKey"`
	SecretHash []byte    `gorm:"column:secret_hash"`
	ExpiresAt  time.Time `gorm:"column:expires_at"`
	CreatedAt  time.Time `gorm:"column:created_at"`
}

// loginCodeRow is a row of login_codes.
type loginCodeRow struct {
	ID         int64      `gorm:"column:id;primaryKey"`
	Email      string     `gorm:"column:email"`
	ContactID  *int64     `gorm:"column:contact_id"`
	SecretHash []byte     `gorm:"column:secret_hash"`
	CodeHash   []byte     `gorm:"column:code_hash"`
	Attempts   int        `gorm:"column:attempts"`
	Language   string     `gorm:"column:language"`
	IP         string     `gorm:"column:ip"`
	UserAgent  string     `gorm:"column:user_agent"`
	ExpiresAt  time.Time  `gorm:"column:expires_at"`
	UsedAt     *time.Time `gorm:"column:used_at"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
}

// sessionRow is a row of sessions.
type sessionRow struct {
	ID         string    `gorm:"column:id;primaryKey"`
	SecretHash []byte    `gorm:"column:secret_hash"`
	Kind       string    `gorm:"column:kind"`
	ContactID  *int64    `gorm:"column:contact_id"`
	StaffID    *int64    `gorm:"column:staff_id"`
	ProvedAt   time.Time `gorm:"column:proved_at"`
	CreatedAt  time.Time `gorm:"column:created_at"`
	LastSeenAt time.Time `gorm:"column:last_seen_at"`
	ExpiresAt  time.Time `gorm:"column:expires_at"`
	IP         string    `gorm:"column:ip"`
	UserAgent  string    `gorm:"column:user_agent"`
}

// apiKeyRow is a row of api_keys.
type apiKeyRow struct {
	ID         int64      `gorm:"column:id;primaryKey"`
	Name       string     `gorm:"column:name"`
	Prefix     string     `gorm:"column:prefix"`
	SecretHash []byte     `gorm:"column:secret_hash"`
	Scopes     string     `gorm:"column:scopes"`
	CreatedBy  string     `gorm:"column:created_by"`
	CreatedAt  time.Time  `gorm:"column:created_at"`
	ExpiresAt  *time.Time `gorm:"column:expires_at"`
	LastUsedAt *time.Time `gorm:"column:last_used_at"`
	RevokedAt  *time.Time `gorm:"column:revoked_at"`
}

// auditRow is a row of audit_entries.
type auditRow struct {
	ID          int64     `gorm:"column:id;primaryKey"`
	At          time.Time `gorm:"column:at"`
	ActorKind   string    `gorm:"column:actor_kind"`
	ActorID     int64     `gorm:"column:actor_id"`
	ActorName   string    `gorm:"column:actor_name"`
	Action      string    `gorm:"column:action"`
	SubjectKind string    `gorm:"column:subject_kind"`
	SubjectID   int64     `gorm:"column:subject_id"`
	AccountID   *int64    `gorm:"column:account_id"`
	Before      []byte    `gorm:"column:before;type:jsonb"`
	After       []byte    `gorm:"column:after;type:jsonb"`
	IP          string    `gorm:"column:ip"`
}

// The tables, for GORM.

func (apiKeyRow) TableName() string     { return "api_keys" }
func (auditRow) TableName() string      { return "audit_entries" }
func (contactRow) TableName() string    { return "contacts" }
func (loginCodeRow) TableName() string  { return "login_codes" }
func (membershipRow) TableName() string { return "memberships" }
func (recoveryRow) TableName() string   { return "staff_recovery_codes" }
func (sessionRow) TableName() string    { return "sessions" }
func (setupRow) TableName() string      { return "staff_setups" }
func (staffRow) TableName() string      { return "staff" }

// constraints says what a broken constraint means to people.
var constraints = map[string]*prolong.Error{
	"contacts_email_unique":   prolong.NewError(prolong.CodeConflict, "error.contact_email_taken", nil),
	"memberships_account":     prolong.NewError(prolong.CodeNotFound, "error.account_unknown", nil),
	"memberships_contact":     prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil),
	"memberships_open_unique": prolong.NewError(prolong.CodeConflict, "error.member_already", nil),
	"staff_email_unique":      prolong.NewError(prolong.CodeConflict, "error.staff_email_taken", nil),
}

func findContact(ctx context.Context, db *gorm.DB, where string, args ...any) (contactRow, error) {
	return gorm.G[contactRow](db).Where(where, args...).First(ctx)
}

func findStaff(ctx context.Context, db *gorm.DB, where string, args ...any) (staffRow, error) {
	return gorm.G[staffRow](db).Where(where, args...).First(ctx)
}

func findAPIKey(ctx context.Context, db *gorm.DB, where string, args ...any) (apiKeyRow, error) {
	return gorm.G[apiKeyRow](db).Where(where, args...).First(ctx)
}

// findMembership returns the membership of a contact in an account that holds on a day.
func findMembership(ctx context.Context, db *gorm.DB, account billing.AccountID, contact int64, on prolong.Date) (membershipRow, error) {
	return gorm.G[membershipRow](db).Where("account_id = ? AND contact_id = ? AND "+membershipHolds, int64(account), contact, on, on).First(ctx)
}

// membershipHolds takes the day twice. valid_to is the first day without the right, so a
// membership that ends today holds no more.
const membershipHolds = "valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)"

func lockForUpdate() clause.Expression { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

// assign sets one column by name: zero values are written too.
func assign(column string, value any) clause.Assigner {
	return clause.Set{{Column: clause.Column{Name: column}, Value: value}}
}

// cut bounds a foreign text to n bytes of valid UTF-8.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
