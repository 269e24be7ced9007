package identity

import (
	"context"
	"slices"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Staff is a person of the vendor.
type Staff struct {
	ID           int64
	Email        string
	Name         string
	Role         Role
	Language     string
	HasPassword  bool
	SecondFactor bool
	Locked       bool
	CreatedAt    time.Time
}

// StaffSpec declares a person of the vendor ("prolong apply").
type StaffSpec struct {
	Email    string
	Name     string
	Role     Role
	Language string // empty keeps what is there, or takes the default
	// Password is the first one; it does not replace one that the person has.
	Password string
	// SecondFactor is a base32 TOTP secret for a person who has none yet, for demos and tests.
	SecondFactor string
}

// StaffSetup is a one-time link's token with which a person sets his password.
type StaffSetup struct {
	StaffID int64
	Email   string
	Token   string
	Expires time.Time
}

const staffSetupValidFor = 72 * time.Hour

// ApplyStaff makes staff as declared, all or none: who is new is created, who differs is
// changed, who is not named stays. A new person without a password gets a set-up token, which
// is shown this once. A changed role ends the person's sessions. Returns CodeInvalid.
func (s *Service) ApplyStaff(ctx context.Context, actor prolong.Actor, specs []StaffSpec) (setups []StaffSetup, err error) {
	type prepared struct {
		StaffSpec
		hash string
	}
	// Hashing is slow, so it happens before the transaction.
	all := make([]prepared, len(specs))
	for i, spec := range specs {
		if err := spec.normalise(); err != nil {
			return nil, err
		}
		all[i] = prepared{StaffSpec: spec}
		if spec.Password == "" {
			continue
		}
		row, err := findStaff(ctx, s.db.Gorm, "email = ?", spec.Email)
		if err != nil && !isMissing(err) {
			return nil, prolong.Wrap("identity.ApplyStaff", err)
		}
		if row.PasswordHash != "" {
			continue
		}
		if all[i].hash, err = s.hasher.hash(ctx, spec.Password); err != nil {
			return nil, prolong.Wrap("identity.ApplyStaff", err)
		}
	}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		setups = nil
		for _, p := range all {
			row, created, err := upsertStaff(ctx, tx, actor, p.StaffSpec, p.hash)
			if err != nil {
				return err
			}
			if created && p.hash == "" {
				setup, err := newSetup(ctx, tx, row)
				if err != nil {
					return err
				}
				setups = append(setups, setup)
			}
		}
		return nil
	})
	return setups, prolong.Wrap("identity.ApplyStaff", err)
}

// normalise checks a declaration and puts it into the form that is kept.
func (spec *StaffSpec) normalise() (err error) {
	if spec.Email, err = ParseEmail(spec.Email); err != nil {
		return err
	}
	if !slices.Contains(Roles(), spec.Role) {
		return errRole(string(spec.Role))
	}
	if spec.Name = personName(spec.Name); spec.Name == "" {
		spec.Name = spec.Email
	}
	if spec.Language != "" {
		lang, ok := i18n.ParseLang(spec.Language)
		if !ok {
			return prolong.NewError(prolong.CodeInvalid, "error.language_unknown", prolong.Args{"Value": cut(spec.Language, phoneBytesMax)})
		}
		spec.Language = string(lang)
	}
	if spec.SecondFactor != "" {
		if _, err := totp.GenerateCode(spec.SecondFactor, time.Unix(0, 0)); err != nil {
			return prolong.NewError(prolong.CodeInvalid, "error.second_factor_secret", nil)
		}
	}
	if spec.Password != "" {
		return checkPassword(spec.Password, spec.Email)
	}
	return nil
}

func upsertStaff(ctx context.Context, tx postgres.Tx, actor prolong.Actor, spec StaffSpec, hash string) (row staffRow, created bool, err error) {
	before, err := gorm.G[staffRow](tx.DB, lockForUpdate()).Where("email = ?", spec.Email).First(ctx)
	if err != nil && !isMissing(err) {
		return row, false, err
	}
	if isMissing(err) {
		row = staffRow{Email: spec.Email, Name: spec.Name, Role: string(spec.Role), Language: spec.Language, PasswordHash: hash, TOTPSecret: spec.SecondFactor, CreatedAt: tx.Now}
		if row.Language == "" {
			row.Language = string(i18n.Default)
		}
		if err := gorm.G[staffRow](tx.DB).Create(ctx, &row); err != nil {
			return row, false, postgres.MapConstraint(err, constraints)
		}
		return row, true, auditStaff(ctx, tx, actor, "staff.create", nil, &row)
	}
	row = before
	row.Name, row.Role = spec.Name, string(spec.Role)
	if spec.Language != "" {
		row.Language = spec.Language
	}
	if row.PasswordHash == "" {
		row.PasswordHash = hash
	}
	if row.TOTPSecret == "" {
		row.TOTPSecret = spec.SecondFactor
	}
	if row == before {
		return row, false, nil
	}
	if before.Role != row.Role {
		if err := keepAnAdministrator(ctx, tx, before); err != nil {
			return row, false, err
		}
		if err := revokeSessions(ctx, tx, prolong.ActorStaff, row.ID, ""); err != nil {
			return row, false, err
		}
	}
	if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", row.ID).Set(
		assign("name", row.Name), assign("role", row.Role), assign("language", row.Language),
		assign("password_hash", row.PasswordHash), assign("totp_secret", row.TOTPSecret)).Update(ctx); err != nil {
		return row, false, err
	}
	return row, false, auditStaff(ctx, tx, actor, "staff.update", &before, &row)
}

// UpsertStaff creates or changes one person as ApplyStaff does, from the back office: it needs
// RightOfficeStaff. The setup is nil unless the person is new and has no password.
func (s *Service) UpsertStaff(ctx context.Context, actor prolong.Actor, spec StaffSpec) (*StaffSetup, error) {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeStaff); err != nil {
		return nil, err
	}
	setups, err := s.ApplyStaff(ctx, actor, []StaffSpec{spec})
	if err != nil || len(setups) == 0 {
		return nil, err
	}
	return &setups[0], nil
}

// FindStaff lists the vendor's people by name.
func (s *Service) FindStaff(ctx context.Context) ([]Staff, error) {
	rows, err := gorm.G[staffRow](s.db.GormIn(ctx)).Order("name, id").Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.FindStaff", err)
	}
	list := make([]Staff, len(rows))
	for i, r := range rows {
		list[i] = fromStaffRow(r)
	}
	return list, nil
}

// FindStaffByID returns a person of the vendor. Returns CodeNotFound.
func (s *Service) FindStaffByID(ctx context.Context, id int64) (Staff, error) {
	row, err := findStaff(ctx, s.db.Gorm, "id = ?", id)
	if isMissing(err) {
		return Staff{}, errStaffNotFound()
	}
	return fromStaffRow(row), prolong.Wrap("identity.FindStaffByID", err)
}

// LockStaff shuts a person out until UnlockStaff, and ends his sessions. Needs
// RightOfficeStaff. Returns CodeConflict for the last administrator who can still log in and
// for oneself, CodeForbidden, CodeNotFound.
func (s *Service) LockStaff(ctx context.Context, actor prolong.Actor, id int64) error {
	return s.changeStaff(ctx, actor, "identity.LockStaff", id, func(ctx context.Context, tx postgres.Tx, row staffRow) error {
		if row.LockedAt != nil {
			return nil
		}
		if actor.Kind == prolong.ActorStaff && actor.ID == id {
			return prolong.NewError(prolong.CodeConflict, "error.staff_lock_self", nil)
		}
		if err := keepAnAdministrator(ctx, tx, row); err != nil {
			return err
		}
		if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", id).Set(assign("locked_at", tx.Now)).Update(ctx); err != nil {
			return err
		}
		if err := revokeSessions(ctx, tx, prolong.ActorStaff, id, ""); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "staff.lock", SubjectKind: "staff", SubjectID: id})
	})
}

// UnlockStaff lets a locked person log in again. Needs RightOfficeStaff. Returns CodeForbidden,
// CodeNotFound.
func (s *Service) UnlockStaff(ctx context.Context, actor prolong.Actor, id int64) error {
	return s.changeStaff(ctx, actor, "identity.UnlockStaff", id, func(ctx context.Context, tx postgres.Tx, row staffRow) error {
		if row.LockedAt == nil {
			return nil
		}
		if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", id).Set(assign("locked_at", nil)).Update(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "staff.unlock", SubjectKind: "staff", SubjectID: id})
	})
}

// ResetStaff gives a person who forgot his password, or never had one, a new set-up token; an
// older one is void. The old password and the second factor stay until he uses it. Needs
// RightOfficeStaff. Returns CodeForbidden, CodeNotFound.
func (s *Service) ResetStaff(ctx context.Context, actor prolong.Actor, id int64) (setup StaffSetup, err error) {
	err = s.changeStaff(ctx, actor, "identity.ResetStaff", id, func(ctx context.Context, tx postgres.Tx, row staffRow) (err error) {
		if setup, err = newSetup(ctx, tx, row); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "staff.reset", SubjectKind: "staff", SubjectID: id})
	})
	return setup, err
}

// changeStaff checks the right, locks the row and runs fn.
func (s *Service) changeStaff(ctx context.Context, actor prolong.Actor, op string, id int64, fn func(ctx context.Context, tx postgres.Tx, row staffRow) error) error {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeStaff); err != nil {
		return err
	}
	return prolong.Wrap(op, s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[staffRow](tx.DB, lockForUpdate()).Where("id = ?", id).First(ctx)
		if isMissing(err) {
			return errStaffNotFound()
		}
		if err != nil {
			return err
		}
		return fn(ctx, tx, row)
	}))
}

// keepAnAdministrator refuses to take the last administrator away. It locks all of them, so
// that two cannot take each other away at the same time.
func keepAnAdministrator(ctx context.Context, tx postgres.Tx, row staffRow) error {
	if row.Role != string(RoleAdministrator) || row.LockedAt != nil {
		return nil
	}
	admins, err := gorm.G[staffRow](tx.DB, lockForUpdate()).Where("role = ? AND locked_at IS NULL", string(RoleAdministrator)).Order("id").Find(ctx)
	if err != nil {
		return err
	}
	if len(admins) < 2 {
		return prolong.NewError(prolong.CodeConflict, "error.staff_last_administrator", nil)
	}
	return nil
}

func newSetup(ctx context.Context, tx postgres.Tx, row staffRow) (StaffSetup, error) {
	secret, hash := newSecret()
	expires := tx.Now.Add(staffSetupValidFor)
	const sql = `INSERT INTO staff_setups (staff_id, secret_hash, expires_at, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (staff_id) DO UPDATE SET secret_hash = excluded.secret_hash, expires_at = excluded.expires_at, created_at = excluded.created_at`
	_, err := tx.Pgx.Exec(ctx, sql, row.ID, hash, expires, tx.Now)
	return StaffSetup{StaffID: row.ID, Email: row.Email, Token: secret, Expires: expires}, err
}

// SetupOwner returns whose password a set-up token sets, for the page that asks for it. Returns
// CodeNotFound if the token is used, void or too old.
func (s *Service) SetupOwner(ctx context.Context, token string) (Staff, error) {
	row, err := s.findSetup(ctx, s.db.Gorm, token)
	if err != nil {
		return Staff{}, prolong.Wrap("identity.SetupOwner", err)
	}
	return s.FindStaffByID(ctx, row.StaffID)
}

func (s *Service) findSetup(ctx context.Context, db *gorm.DB, token string) (setupRow, error) {
	row, err := gorm.G[setupRow](db).Where("secret_hash = ? AND expires_at > ?", hashSecret(cut(token, tokenBytesMax)), s.db.Now()).First(ctx)
	if isMissing(err) {
		return row, prolong.NewError(prolong.CodeNotFound, "error.setup_not_found", nil)
	}
	return row, err
}

// SetPassword sets a password by a set-up token, which works once, and ends the person's
// sessions. Returns CodeNotFound for a bad token, CodeInvalid for a bad password.
func (s *Service) SetPassword(ctx context.Context, token, password string) error {
	owner, err := s.SetupOwner(ctx, token)
	if err != nil {
		return err
	}
	if err := checkPassword(password, owner.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return prolong.Wrap("identity.SetPassword", err)
	}
	return prolong.Wrap("identity.SetPassword", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err := gorm.G[setupRow](tx.DB).Where("secret_hash = ? AND expires_at > ?", hashSecret(token), tx.Now).Delete(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return prolong.NewError(prolong.CodeNotFound, "error.setup_not_found", nil)
		}
		return s.storePassword(ctx, tx, owner.actor(), owner.ID, hash, "")
	}))
}

// ChangePassword changes the actor's own password; he gives the old one. All his sessions but
// keepID end. Returns CodeUnauthorized for a wrong old password, CodeInvalid, CodeRateLimited.
func (s *Service) ChangePassword(ctx context.Context, actor prolong.Actor, old, password, keepID string) error {
	if actor.Kind != prolong.ActorStaff {
		return errForbidden()
	}
	row, err := findStaff(ctx, s.db.Gorm, "id = ? AND locked_at IS NULL", actor.ID)
	if isMissing(err) {
		return errLoggedOut()
	}
	if err != nil {
		return prolong.Wrap("identity.ChangePassword", err)
	}
	if err := s.attempt(ctx, throttleLoginByEmail, "staff:"+row.Email); err != nil {
		return prolong.Wrap("identity.ChangePassword", err)
	}
	ok, err := s.hasher.matches(ctx, old, row.PasswordHash)
	if err != nil {
		return prolong.Wrap("identity.ChangePassword", err)
	}
	if !ok {
		return prolong.NewError(prolong.CodeUnauthorized, "error.password_wrong", nil)
	}
	if err := checkPassword(password, row.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return prolong.Wrap("identity.ChangePassword", err)
	}
	return prolong.Wrap("identity.ChangePassword", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return s.storePassword(ctx, tx, actor, row.ID, hash, keepID)
	}))
}

func (s *Service) storePassword(ctx context.Context, tx postgres.Tx, actor prolong.Actor, staffID int64, hash, keepID string) error {
	if _, err := gorm.G[staffRow](tx.DB).Where("id = ?", staffID).Set(assign("password_hash", hash)).Update(ctx); err != nil {
		return err
	}
	if err := revokeSessions(ctx, tx, prolong.ActorStaff, staffID, keepID); err != nil {
		return err
	}
	return Audit(ctx, tx, actor, Change{Action: "staff.password", SubjectKind: "staff", SubjectID: staffID})
}

func (p Staff) actor() prolong.Actor {
	return prolong.Actor{Kind: prolong.ActorStaff, ID: p.ID, Name: p.Email}
}

func fromStaffRow(r staffRow) Staff {
	return Staff{
		ID: r.ID, Email: r.Email, Name: r.Name, Role: Role(r.Role), Language: r.Language, HasPassword: r.PasswordHash != "",
		SecondFactor: r.TOTPSecret != "", Locked: r.LockedAt != nil, CreatedAt: r.CreatedAt,
	}
}

func auditStaff(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action string, before, after *staffRow) error {
	c := Change{Action: action, SubjectKind: "staff", SubjectID: after.ID}
	// never the hash or the secret
	side := func(r *staffRow) map[string]any {
		return map[string]any{"email": r.Email, "name": r.Name, "role": r.Role, "language": r.Language,
			"has_password": r.PasswordHash != "", "second_factor": r.TOTPSecret != ""}
	}
	if before != nil {
		c.Before = side(before)
	}
	c.After = side(after)
	return Audit(ctx, tx, actor, c)
}

func errStaffNotFound() error {
	return prolong.NewError(prolong.CodeNotFound, "error.staff_not_found", nil)
}
