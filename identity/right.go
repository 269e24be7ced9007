package identity

import (
	"context"
	"slices"

	"prolong"
	"prolong/billing"
)

// Right names something that a caller may be allowed to do, "office.payments.review". The
// routes files of the page rooms name one beside each route.
type Right string

// The rights of clients' people. All but RightCabinetSelf are asked for one account.
const (
	RightCabinetCalls     Right = "cabinet.calls.view"
	RightCabinetCompany   Right = "cabinet.company.manage"
	RightCabinetDocuments Right = "cabinet.documents.view"
	RightCabinetHome      Right = "cabinet.home.view"
	RightCabinetInvoices  Right = "cabinet.invoices.view"
	RightCabinetPeople    Right = "cabinet.people.manage"
	RightCabinetPlan      Right = "cabinet.plan.change"
	RightCabinetSelf      Right = "cabinet.self" // own profile and sessions
	RightCabinetTickets   Right = "cabinet.tickets.use"
)

// The rights of the vendor's staff.
const (
	RightOfficeAPIKeys         Right = "office.api_keys.manage"
	RightOfficeAudit           Right = "office.audit.view"
	RightOfficeCalls           Right = "office.calls.view"
	RightOfficeCallsManage     Right = "office.calls.manage"
	RightOfficeClients         Right = "office.clients.view"
	RightOfficeClientsManage   Right = "office.clients.manage"
	RightOfficeDashboard       Right = "office.dashboard.view"
	RightOfficeDocuments       Right = "office.documents.view"
	RightOfficeDocumentsManage Right = "office.documents.manage"
	RightOfficeExports         Right = "office.exports"
	RightOfficeInvoicesManage  Right = "office.invoices.manage"
	RightOfficeJobs            Right = "office.jobs.manage"
	RightOfficeMessages        Right = "office.messages.view"
	RightOfficeMessagesSend    Right = "office.messages.send"
	RightOfficePayments        Right = "office.payments.view"
	RightOfficePaymentsReview  Right = "office.payments.review"
	RightOfficeSearch          Right = "office.search"
	RightOfficeSelf            Right = "office.self" // own password, second factor and sessions
	RightOfficeSellers         Right = "office.sellers.view"
	RightOfficeSettings        Right = "office.settings.manage"
	RightOfficeStaff           Right = "office.staff.manage"
	RightOfficeTickets         Right = "office.tickets.view"
	RightOfficeTicketsAnswer   Right = "office.tickets.answer"
)

// The scopes of machines.
const (
	RightAPIAccess       Right = "api.access.read"        // is this account active: the pass service
	RightAPIAvailability Right = "api.availability.write" // when a rented service was available
	RightAPIExports      Right = "api.exports.read"       // registers of accounts, invoices, payments
	RightAPIHooks        Right = "api.hooks.manage"       // subscriptions to changes of access
)

// MemberRole is what a contact is in an account.
type MemberRole string

// The roles of clients' people.
const (
	MemberAccountant MemberRole = "accountant"
	MemberEmployee   MemberRole = "employee"
	MemberOwner      MemberRole = "owner"
)

// Role is what a person of the vendor works as.
type Role string

// The roles of staff.
const (
	RoleAccountant    Role = "accountant"
	RoleAdministrator Role = "administrator"
	RoleSupport       Role = "support"
)

// memberRights is the table of roles and rights of clients' people.
var memberRights = map[Right][]MemberRole{
	RightCabinetCalls:     {MemberOwner, MemberAccountant, MemberEmployee},
	RightCabinetCompany:   {MemberOwner, MemberAccountant},
	RightCabinetDocuments: {MemberOwner, MemberAccountant},
	RightCabinetHome:      {MemberOwner, MemberAccountant, MemberEmployee},
	RightCabinetInvoices:  {MemberOwner, MemberAccountant},
	RightCabinetPeople:    {MemberOwner},
	RightCabinetPlan:      {MemberOwner},
	RightCabinetTickets:   {MemberOwner, MemberAccountant, MemberEmployee},
}

var (
	allStaff  = []Role{RoleAdministrator, RoleAccountant, RoleSupport}
	moneyRole = []Role{RoleAdministrator, RoleAccountant}
	helpRole  = []Role{RoleAdministrator, RoleSupport}
	adminRole = []Role{RoleAdministrator}
)

// staffRights is the table of roles and rights of staff.
var staffRights = map[Right][]Role{
	RightOfficeAPIKeys:         adminRole,
	RightOfficeAudit:           adminRole,
	RightOfficeCalls:           allStaff,
	RightOfficeCallsManage:     helpRole,
	RightOfficeClients:         allStaff,
	RightOfficeClientsManage:   allStaff,
	RightOfficeDashboard:       allStaff,
	RightOfficeDocuments:       allStaff,
	RightOfficeDocumentsManage: moneyRole,
	RightOfficeExports:         moneyRole,
	RightOfficeInvoicesManage:  moneyRole,
	RightOfficeJobs:            adminRole,
	RightOfficeMessages:        allStaff,
	RightOfficeMessagesSend:    allStaff,
	RightOfficePayments:        allStaff,
	RightOfficePaymentsReview:  moneyRole,
	RightOfficeSearch:          allStaff,
	RightOfficeSelf:            allStaff,
	RightOfficeSellers:         moneyRole,
	RightOfficeSettings:        adminRole,
	RightOfficeStaff:           adminRole,
	RightOfficeTickets:         allStaff,
	RightOfficeTicketsAnswer:   allStaff,
}

// machineRights are the scopes that an API key can have.
var machineRights = []Right{RightAPIAccess, RightAPIAvailability, RightAPIExports, RightAPIHooks}

// Rights returns every right, in order.
func Rights() []Right {
	all := append([]Right{RightCabinetSelf}, machineRights...)
	for r := range memberRights {
		all = append(all, r)
	}
	for r := range staffRights {
		all = append(all, r)
	}
	slices.Sort(all)
	return all
}

// MemberRoles returns the roles of clients' people.
func MemberRoles() []MemberRole { return []MemberRole{MemberOwner, MemberAccountant, MemberEmployee} }

// Roles returns the roles of staff.
func Roles() []Role { return slices.Clone(allStaff) }

// MemberMay says whether a role in an account has a right there.
func MemberMay(role MemberRole, right Right) bool { return slices.Contains(memberRights[right], role) }

// StaffMay says whether a role has a right.
func StaffMay(role Role, right Right) bool { return slices.Contains(staffRights[right], role) }

// Authorize says whether the actor may do what right names, with the account accountID (0
// where the right is about none). It asks the database each time, so a right that was taken
// away is gone with the next request.
//
// Returns CodeUnauthorized for an actor who can no longer log in, CodeForbidden if the right is
// missing, and CodeNotFound if a contact asks for an account that is not his: he may not even
// know that it exists.
func (s *Service) Authorize(ctx context.Context, actor prolong.Actor, right Right, accountID billing.AccountID) error {
	switch actor.Kind {
	case prolong.ActorSystem:
		return nil
	case prolong.ActorStaff:
		return prolong.Wrap("identity.Authorize", s.authorizeStaff(ctx, actor, right))
	case prolong.ActorContact:
		return prolong.Wrap("identity.Authorize", s.authorizeContact(ctx, actor, right, accountID))
	case prolong.ActorMachine:
		return prolong.Wrap("identity.Authorize", s.authorizeMachine(ctx, actor, right))
	}
	return errLoggedOut()
}

func (s *Service) authorizeStaff(ctx context.Context, actor prolong.Actor, right Right) error {
	row, err := findStaff(ctx, s.db.Gorm, "id = ?", actor.ID)
	switch {
	case isMissing(err):
		return errLoggedOut()
	case err != nil:
		return err
	case row.LockedAt != nil:
		return errLoggedOut()
	case !StaffMay(Role(row.Role), right):
		return errForbidden()
	case row.TOTPSecret == "" && right != RightOfficeSelf:
		return prolong.NewError(prolong.CodeForbidden, "error.second_factor_missing", nil)
	}
	return nil
}

func (s *Service) authorizeContact(ctx context.Context, actor prolong.Actor, right Right, accountID billing.AccountID) error {
	contact, err := findContact(ctx, s.db.Gorm, "id = ?", actor.ID)
	switch {
	case isMissing(err):
		return errLoggedOut()
	case err != nil:
		return err
	case contact.DisabledAt != nil:
		return errLoggedOut()
	case right == RightCabinetSelf:
		return nil
	}
	m, err := findMembership(ctx, s.db.Gorm, accountID, actor.ID, s.Today())
	switch {
	case isMissing(err):
		return errAccountNotFound()
	case err != nil:
		return err
	case !MemberMay(MemberRole(m.Role), right):
		return errForbidden()
	}
	return nil
}

func (s *Service) authorizeMachine(ctx context.Context, actor prolong.Actor, right Right) error {
	row, err := findAPIKey(ctx, s.db.Gorm, "id = ?", actor.ID)
	switch {
	case isMissing(err):
		return errLoggedOut()
	case err != nil:
		return err
	case !row.usable(s.db.Now()):
		return errLoggedOut()
	case !slices.Contains(row.scopes(), right):
		return errForbidden()
	}
	return nil
}
