package identity

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Invitation lets a person into an account.
type Invitation struct {
	Email       string
	Name        string
	Phone       prolong.Phone
	Language    string // empty takes the default
	Role        MemberRole
	AccountName string // for the letter
}

// membersMax bounds the people of one account.
const membersMax = 200

// Members lists the people of an account, those who have left at the end.
func (s *Service) Members(ctx context.Context, account billing.AccountID, withFormer bool) ([]Member, error) {
	q := gorm.G[membershipRow](s.db.Gorm).Where("account_id = ?", int64(account))
	if today := s.Today(); !withFormer {
		q = q.Where(membershipHolds, today, today)
	}
	rows, err := q.Order("valid_to IS NOT NULL, id").Limit(membersMax).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.Members", err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ContactID
	}
	people, err := gorm.G[contactRow](s.db.Gorm).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.Members", err)
	}
	byID := make(map[int64]contactRow, len(people))
	for _, p := range people {
		byID[p.ID] = p
	}
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{Contact: fromContactRow(byID[r.ContactID]), Membership: fromMembershipRow(r)}
	}
	return members, nil
}

// Invite lets a person into an account and writes to him. An owner may (RightCabinetPeople),
// and staff with RightOfficeClientsManage. Returns CodeInvalid for a bad address or role,
// CodeConflict if he is in already or was shut out for good, CodeForbidden, CodeNotFound.
func (s *Service) Invite(ctx context.Context, actor prolong.Actor, account billing.AccountID, inv Invitation) (Member, error) {
	if err := s.mayManagePeople(ctx, actor, account); err != nil {
		return Member{}, err
	}
	email, err := ParseEmail(inv.Email)
	if err != nil {
		return Member{}, err
	}
	if !slices.Contains(MemberRoles(), inv.Role) {
		return Member{}, errRole(string(inv.Role))
	}
	lang, ok := i18n.ParseLang(inv.Language)
	if !ok {
		lang = i18n.Default
	}
	var m Member
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		contact, err := ensureContact(ctx, tx, contactRow{
			Email: email, Name: personName(inv.Name), Phone: cut(string(inv.Phone), phoneBytesMax), Language: string(lang), CreatedAt: tx.Now,
		})
		if err != nil {
			return err
		}
		if contact.DisabledAt != nil {
			return prolong.NewError(prolong.CodeConflict, "error.contact_disabled", nil)
		}
		row := s.newMembership(tx, account, contact.ID, inv.Role, actor)
		if err := createMembership(ctx, tx, &row); err != nil {
			return err
		}
		m = Member{Contact: fromContactRow(contact), Membership: fromMembershipRow(row)}
		if err := s.auditMember(ctx, tx, actor, "member.invite", nil, &row); err != nil {
			return err
		}
		return s.mailer.SendInvitation(ctx, tx, InvitationMail{
			MembershipID: row.ID, AccountID: account, AccountName: inv.AccountName, Email: email, Name: contact.Name,
			Language: contact.Language, InvitedBy: actor.Name, Role: inv.Role,
		})
	})
	if err != nil {
		return Member{}, prolong.Wrap("identity.Invite", err)
	}
	return m, nil
}

// ChangeRole gives a member another role from today; the old one stays as history. Returns
// CodeConflict if an account would be left without an owner, CodeInvalid, CodeForbidden,
// CodeNotFound.
func (s *Service) ChangeRole(ctx context.Context, actor prolong.Actor, membershipID int64, role MemberRole) (Membership, error) {
	if !slices.Contains(MemberRoles(), role) {
		return Membership{}, errRole(string(role))
	}
	var after membershipRow
	err := s.changeMembership(ctx, actor, membershipID, false, func(ctx context.Context, tx postgres.Tx, before membershipRow) error {
		if before.Role == string(role) {
			after = before
			return nil
		}
		if err := s.keepAnOwner(ctx, tx, actor, before); err != nil {
			return err
		}
		if err := s.endMembership(ctx, tx, before); err != nil {
			return err
		}
		after = s.newMembership(tx, billing.AccountID(before.AccountID), before.ContactID, role, actor)
		if err := createMembership(ctx, tx, &after); err != nil {
			return err
		}
		return s.auditMember(ctx, tx, actor, "member.role", &before, &after)
	})
	return fromMembershipRow(after), prolong.Wrap("identity.ChangeRole", err)
}

// EndMembership takes a person out of an account from now on; without another account his
// sessions end too. Returns CodeConflict if an account would be left without an owner,
// CodeForbidden, CodeNotFound.
func (s *Service) EndMembership(ctx context.Context, actor prolong.Actor, membershipID int64) error {
	err := s.changeMembership(ctx, actor, membershipID, true, func(ctx context.Context, tx postgres.Tx, before membershipRow) error {
		if err := s.keepAnOwner(ctx, tx, actor, before); err != nil {
			return err
		}
		if err := s.endMembership(ctx, tx, before); err != nil {
			return err
		}
		left, err := gorm.G[membershipRow](tx.DB).Where("contact_id = ? AND valid_to IS NULL", before.ContactID).Count(ctx, "id")
		if err != nil {
			return err
		}
		if left == 0 {
			if err := revokeSessions(ctx, tx, prolong.ActorContact, before.ContactID, ""); err != nil {
				return err
			}
		}
		return s.auditMember(ctx, tx, actor, "member.end", &before, nil)
	})
	return prolong.Wrap("identity.EndMembership", err)
}

// SetReceives changes what a person is sent about an account. He may himself, as far as his role
// shows him what the letters carry: else an employee could have the invoices sent that the cabinet
// hides from him. Those who manage the account's people may send anything to anybody in it. Returns
// CodeForbidden, CodeNotFound.
func (s *Service) SetReceives(ctx context.Context, actor prolong.Actor, membershipID int64, r Receives) error {
	change := func(ctx context.Context, tx postgres.Tx, before membershipRow) error {
		more := r.Invoices && !before.ReceivesInvoices && !MemberMay(MemberRole(before.Role), RightCabinetInvoices) ||
			r.Documents && !before.ReceivesDocuments && !MemberMay(MemberRole(before.Role), RightCabinetDocuments) ||
			r.Tickets && !before.ReceivesTickets && !MemberMay(MemberRole(before.Role), RightCabinetTickets)
		if more {
			if err := s.mayManagePeople(ctx, actor, billing.AccountID(before.AccountID)); err != nil {
				return err
			}
		}
		after := before
		after.ReceivesInvoices, after.ReceivesDocuments, after.ReceivesTickets = r.Invoices, r.Documents, r.Tickets
		if after == before {
			return nil
		}
		if _, err := gorm.G[membershipRow](tx.DB).Where("id = ?", before.ID).
			Set(assign("receives_invoices", r.Invoices), assign("receives_documents", r.Documents), assign("receives_tickets", r.Tickets)).Update(ctx); err != nil {
			return err
		}
		return s.auditMember(ctx, tx, actor, "member.receives", &before, &after)
	}
	return prolong.Wrap("identity.SetReceives", s.changeMembership(ctx, actor, membershipID, true, change))
}

// changeMembership locks an open membership, checks that the actor may change it, and runs fn.
// With own, a person may change his own membership though he manages nobody's.
func (s *Service) changeMembership(ctx context.Context, actor prolong.Actor, id int64, own bool, fn func(ctx context.Context, tx postgres.Tx, before membershipRow) error) error {
	seen, err := gorm.G[membershipRow](s.db.Gorm).Where("id = ? AND valid_to IS NULL", id).First(ctx)
	if isMissing(err) {
		return prolong.NewError(prolong.CodeNotFound, "error.member_not_found", nil)
	}
	if err != nil {
		return err
	}
	if !own || actor.Kind != prolong.ActorContact || actor.ID != seen.ContactID {
		if err := s.mayManagePeople(ctx, actor, billing.AccountID(seen.AccountID)); err != nil {
			return err
		}
	}
	return s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[membershipRow](tx.DB, lockForUpdate()).Where("id = ? AND valid_to IS NULL", id).First(ctx)
		if isMissing(err) {
			return prolong.NewError(prolong.CodeNotFound, "error.member_not_found", nil)
		}
		if err != nil {
			return err
		}
		return fn(ctx, tx, row)
	})
}

// mayManagePeople says whether the actor may change who belongs to an account.
func (s *Service) mayManagePeople(ctx context.Context, actor prolong.Actor, account billing.AccountID) error {
	if actor.Kind == prolong.ActorContact {
		return s.Authorize(ctx, actor, RightCabinetPeople, account)
	}
	return s.authorizeStaffOnly(ctx, actor, RightOfficeClientsManage)
}

// keepAnOwner refuses to take away an account's last owner, unless staff does it: then somebody
// has checked who speaks for the company. It locks all owners, so that two who take each
// other's role away at the same time cannot both succeed.
func (s *Service) keepAnOwner(ctx context.Context, tx postgres.Tx, actor prolong.Actor, m membershipRow) error {
	if m.Role != string(MemberOwner) || actor.Kind != prolong.ActorContact {
		return nil
	}
	owners, err := gorm.G[membershipRow](tx.DB, lockForUpdate()).
		Where("account_id = ? AND role = ? AND valid_to IS NULL", m.AccountID, string(MemberOwner)).Order("id").Find(ctx)
	if err != nil {
		return err
	}
	if len(owners) < 2 {
		return prolong.NewError(prolong.CodeConflict, "error.member_last_owner", nil)
	}
	return nil
}

func (s *Service) newMembership(tx postgres.Tx, account billing.AccountID, contact int64, role MemberRole, actor prolong.Actor) membershipRow {
	r := receivesByDefault(role)
	return membershipRow{
		AccountID: int64(account), ContactID: contact, Role: string(role), ValidFrom: s.today(tx),
		ReceivesInvoices: r.Invoices, ReceivesDocuments: r.Documents, ReceivesTickets: r.Tickets,
		Actor: actor.String(), CreatedAt: tx.Now,
	}
}

// endMembership ends a membership today. One that begins in the future ends where it begins.
func (s *Service) endMembership(ctx context.Context, tx postgres.Tx, m membershipRow) error {
	_, err := gorm.G[membershipRow](tx.DB).Where("id = ? AND valid_to IS NULL", m.ID).
		Set(assign("valid_to", gorm.Expr("greatest(valid_from, ?::date)", s.today(tx)))).Update(ctx)
	return err
}

func createMembership(ctx context.Context, tx postgres.Tx, row *membershipRow) error {
	return postgres.MapConstraint(gorm.G[membershipRow](tx.DB).Create(ctx, row), constraints)
}

// ensureContact returns the person with row.Email, made from row if there is none. It is safe
// against another transaction that makes the same person.
func ensureContact(ctx context.Context, tx postgres.Tx, row contactRow) (contactRow, error) {
	const sql = `INSERT INTO contacts (email, name, phone, language, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (email) WHERE email <> '' DO NOTHING`
	if _, err := tx.Pgx.Exec(ctx, sql, row.Email, row.Name, row.Phone, row.Language, row.CreatedAt); err != nil {
		return row, err
	}
	found, err := findContact(ctx, tx.DB, "email = ?", row.Email)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, prolong.NewError(prolong.CodeConflict, "error.contact_email_taken", nil)
	}
	return found, err
}

func (s *Service) auditMember(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action string, before, after *membershipRow) error {
	c := Change{Action: action, SubjectKind: "member"}
	for _, side := range []struct {
		row *membershipRow
		to  *any
	}{{before, &c.Before}, {after, &c.After}} {
		if side.row == nil {
			continue
		}
		m := fromMembershipRow(*side.row)
		c.SubjectID, c.AccountID = m.ID, m.AccountID
		*side.to = map[string]any{"contact": m.ContactID, "role": m.Role, "valid_from": m.ValidFrom, "receives": m.Receives}
	}
	return Audit(ctx, tx, actor, c)
}

func errRole(role string) error {
	return prolong.NewError(prolong.CodeInvalid, "error.role_unknown", prolong.Args{"Value": cut(role, phoneBytesMax)})
}
