package identity

import (
	"context"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Contact is a person of one or more clients.
type Contact struct {
	ID       int64
	Email    string // empty for a person known by telephone only
	Name     string
	Phone    prolong.Phone
	Language string
	Disabled bool
}

// Membership is what a contact is in an account, and from when to when.
type Membership struct {
	ID        int64
	AccountID billing.AccountID
	ContactID int64
	Role      MemberRole
	ValidFrom prolong.Date
	ValidTo   prolong.Date // the first day without the right; zero while open
	Receives  Receives
}

// Receives is what a person chose to be sent about an account.
type Receives struct {
	Invoices  bool `json:"invoices"`
	Documents bool `json:"documents"`
	Tickets   bool `json:"tickets"`
}

// Member is a person as the people page of an account shows him.
type Member struct {
	Contact    Contact
	Membership Membership
}

// receivesByDefault is what a role receives until the person chooses otherwise.
func receivesByDefault(role MemberRole) Receives {
	switch role {
	case MemberOwner:
		return Receives{Invoices: true, Documents: true, Tickets: true}
	case MemberAccountant:
		return Receives{Invoices: true, Documents: true}
	case MemberEmployee:
		return Receives{Tickets: true}
	}
	return Receives{}
}

// FindContact returns a person. Returns CodeNotFound.
func (s *Service) FindContact(ctx context.Context, id int64) (Contact, error) {
	return s.oneContact(ctx, "identity.FindContact", "id = ?", id)
}

// FindContactByEmail returns the person with a mail address. Returns CodeNotFound, for a text
// that is no address as well.
func (s *Service) FindContactByEmail(ctx context.Context, email string) (Contact, error) {
	address, err := ParseEmail(email)
	if err != nil {
		return Contact{}, prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
	}
	return s.oneContact(ctx, "identity.FindContactByEmail", "email = ?", address)
}

func (s *Service) oneContact(ctx context.Context, op, where string, args ...any) (Contact, error) {
	row, err := findContact(ctx, s.db.Gorm, where, args...)
	if isMissing(err) {
		return Contact{}, prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
	}
	if err != nil {
		return Contact{}, prolong.Wrap(op, err)
	}
	return fromContactRow(row), nil
}

// contactsByPhoneMax bounds the people of one number: a company's switchboard.
const contactsByPhoneMax = 50

// FindContactsByPhone returns the people who call from a number.
func (s *Service) FindContactsByPhone(ctx context.Context, phone prolong.Phone) ([]Contact, error) {
	if phone == "" {
		return nil, nil
	}
	rows, err := gorm.G[contactRow](s.db.Gorm).Where("phone = ? AND phone <> ''", string(phone)).Order("id").Limit(contactsByPhoneMax).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.FindContactsByPhone", err)
	}
	contacts := make([]Contact, len(rows))
	for i, r := range rows {
		contacts[i] = fromContactRow(r)
	}
	return contacts, nil
}

// AccountsOf returns the accounts that a contact belongs to on a day, with his role in each.
func (s *Service) AccountsOf(ctx context.Context, contactID int64, on prolong.Date) ([]Membership, error) {
	rows, err := gorm.G[membershipRow](s.db.Gorm).Where("contact_id = ? AND "+membershipHolds, contactID, on, on).Order("account_id").Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.AccountsOf", err)
	}
	list := make([]Membership, len(rows))
	for i, r := range rows {
		list[i] = fromMembershipRow(r)
	}
	return list, nil
}

// ContactUpdate changes a person; nil fields stay. The address by which he logs in cannot be
// changed here: a new address is a new invitation.
type ContactUpdate struct {
	Name     *string
	Phone    *prolong.Phone
	Language *string
}

// UpdateContact changes a person. A contact may change himself, staff with
// RightOfficeClientsManage everybody. Returns CodeForbidden, CodeNotFound, CodeInvalid.
func (s *Service) UpdateContact(ctx context.Context, actor prolong.Actor, id int64, u ContactUpdate) (Contact, error) {
	if actor.Kind == prolong.ActorContact && actor.ID != id {
		return Contact{}, errForbidden()
	}
	if actor.Kind != prolong.ActorContact {
		if err := s.Authorize(ctx, actor, RightOfficeClientsManage, 0); err != nil {
			return Contact{}, err
		}
	}
	var after contactRow
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		before, err := gorm.G[contactRow](tx.DB, lockForUpdate()).Where("id = ?", id).First(ctx)
		if isMissing(err) {
			return prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
		}
		if err != nil {
			return err
		}
		after = before
		if u.Name != nil {
			after.Name = personName(*u.Name)
		}
		if u.Phone != nil {
			after.Phone = cut(string(*u.Phone), phoneBytesMax)
		}
		if u.Language != nil {
			lang, ok := i18n.ParseLang(*u.Language)
			if !ok {
				return prolong.NewError(prolong.CodeInvalid, "error.language_unknown", prolong.Args{"Value": cut(*u.Language, phoneBytesMax)})
			}
			after.Language = string(lang)
		}
		if after == before {
			return nil
		}
		if _, err := gorm.G[contactRow](tx.DB).Where("id = ?", id).
			Set(assign("name", after.Name), assign("phone", after.Phone), assign("language", after.Language)).Update(ctx); err != nil {
			return postgres.MapConstraint(err, constraints)
		}
		return Audit(ctx, tx, actor, Change{Action: "contact.update", SubjectKind: "contact", SubjectID: id,
			Before: auditContact(before), After: auditContact(after)})
	})
	return fromContactRow(after), prolong.Wrap("identity.UpdateContact", err)
}

// DisableContact shuts a person out for good: his memberships and sessions end, and no
// invitation revives him. Needs RightOfficeClientsManage. Returns CodeForbidden, CodeNotFound.
func (s *Service) DisableContact(ctx context.Context, actor prolong.Actor, id int64) error {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeClientsManage); err != nil {
		return err
	}
	return prolong.Wrap("identity.DisableContact", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		n, err := gorm.G[contactRow](tx.DB).Where("id = ? AND disabled_at IS NULL", id).Set(assign("disabled_at", tx.Now)).Update(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return prolong.NewError(prolong.CodeNotFound, "error.contact_not_found", nil)
		}
		if _, err := gorm.G[membershipRow](tx.DB).Where("contact_id = ? AND valid_to IS NULL", id).
			Set(assign("valid_to", gorm.Expr("greatest(valid_from, ?::date)", s.today(tx)))).Update(ctx); err != nil {
			return err
		}
		if err := revokeSessions(ctx, tx, prolong.ActorContact, id, ""); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Change{Action: "contact.disable", SubjectKind: "contact", SubjectID: id})
	}))
}

// authorizeStaffOnly lets staff with the right and the system pass, contacts and machines never.
func (s *Service) authorizeStaffOnly(ctx context.Context, actor prolong.Actor, right Right) error {
	if actor.Kind != prolong.ActorStaff && actor.Kind != prolong.ActorSystem {
		return errForbidden()
	}
	return s.Authorize(ctx, actor, right, 0)
}

func fromContactRow(r contactRow) Contact {
	return Contact{ID: r.ID, Email: r.Email, Name: r.Name, Phone: prolong.Phone(r.Phone), Language: r.Language, Disabled: r.DisabledAt != nil}
}

func fromMembershipRow(r membershipRow) Membership {
	return Membership{
		ID: r.ID, AccountID: billing.AccountID(r.AccountID), ContactID: r.ContactID, Role: MemberRole(r.Role),
		ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
		Receives: Receives{Invoices: r.ReceivesInvoices, Documents: r.ReceivesDocuments, Tickets: r.ReceivesTickets},
	}
}

func auditContact(r contactRow) map[string]string {
	return map[string]string{"email": r.Email, "name": r.Name, "phone": r.Phone, "language": r.Language}
}
