package cabinet

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/notify"
)

const nameRunesMax = 120

// PeoplePage is the data of cabinet/people.
type PeoplePage struct {
	Frame
	Proof  Proof
	Rows   []PersonRow
	Former []FormerRow
	Invite InviteForm
}

// Proof tells whether changes are open; without a fresh one the page offers to confirm.
type Proof struct {
	Fresh  bool
	Action string
	Next   string
	Email  string
}

// PersonRow is somebody of the company.
type PersonRow struct {
	Key       string // unique on the page
	Name      string
	Email     string
	Role      string
	Since     prolong.Date
	Self      bool
	Shut      string // why letters to him come back; empty if they do not
	Receives  []Check
	Roles     []Choice
	RoleTo    string
	ReceiveTo string
	EndTo     string
}

// FormerRow is somebody who has left.
type FormerRow struct {
	Name, Role string
	From, To   prolong.Date
}

// Check is a box to tick.
type Check struct {
	Name, Label string
	Checked     bool
}

// Choice is one of several, with a word on what it means.
type Choice struct {
	Value, Label, Hint string
	Chosen             bool
}

// InviteForm lets somebody in.
type InviteForm struct {
	Action string
	Fields []web.Field
	Roles  []Choice
	Role   string // what is wrong with the choice
}

func (r *Room) listPeople(c *gin.Context) error {
	return r.showPeople(c, http.StatusOK, web.NewForm(nil), nil)
}

// showPeople shows the page, after a mistake with what was typed and what is wrong with it.
func (r *Room) showPeople(c *gin.Context, status int, form *web.Form, problem error) error {
	v, _ := visitOf(c)
	members, err := r.identity.Members(c.Request.Context(), v.account, true)
	if err != nil {
		return err
	}
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.people"))
	if err != nil {
		return err
	}
	if problem != nil {
		f.Flash = append(f.Flash, web.Flash{Tone: web.ToneBad, Text: f.Error(problem)})
	}
	page := peoplePage(f, v, members, r.identity.Today(), form)
	if err := r.markShut(c.Request.Context(), page.Rows); err != nil {
		return err
	}
	r.site.Show(c, status, "cabinet/people", "", page)
	return nil
}

// markShut says of people why letters to them come back.
func (r *Room) markShut(ctx context.Context, rows []PersonRow) error {
	if r.letters == nil {
		return nil
	}
	addresses := make([]string, len(rows))
	for i := range rows {
		addresses[i] = rows[i].Email
	}
	shut, err := r.letters.Suppressions(ctx, addresses)
	for i := range rows {
		if s := shut[strings.ToLower(rows[i].Email)]; s.Scope == notify.ScopeAll {
			rows[i].Shut = s.Reason
		}
	}
	return err
}

func peoplePage(f Frame, v visit, members []identity.Member, today prolong.Date, form *web.Form) PeoplePage {
	path := accountPath(v.account) + "/people"
	page := PeoplePage{Frame: f, Proof: proofOf(v, path)}
	for _, m := range members {
		ms := m.Membership
		if !ms.ValidTo.IsZero() && !ms.ValidTo.After(today) {
			page.Former = append(page.Former, FormerRow{Name: personName(m.Contact), Role: roleName(f.Translator, ms.Role), From: ms.ValidFrom, To: ms.ValidTo})
			continue
		}
		id := strconv.FormatInt(ms.ID, 10)
		page.Rows = append(page.Rows, PersonRow{
			Key: id, Name: personName(m.Contact), Email: m.Contact.Email, Role: roleName(f.Translator, ms.Role), Since: ms.ValidFrom, Self: m.Contact.ID == v.session.Actor.ID,
			Receives: receiveChecks(f.Translator, ms.Receives, identity.MemberOwner), Roles: roleChoices(f.Translator, ms.Role),
			RoleTo: path + "/" + id + "/role", ReceiveTo: path + "/" + id + "/receives", EndTo: path + "/" + id + "/end",
		})
	}
	email := form.Field(f.Translator, "email", "email", f.T("login.email"))
	email.Autocomplete, email.Required, email.LenMax = "off", true, web.EmailLenMax
	name := form.Field(f.Translator, "text", "name", f.T("cabinet.people.name"))
	name.Autocomplete, name.LenMax = "off", nameRunesMax
	chosen := identity.MemberRole(form.Value("role"))
	if chosen == "" {
		chosen = identity.MemberAccountant
	}
	page.Invite = InviteForm{Action: path, Fields: []web.Field{email, name}, Roles: roleChoices(f.Translator, chosen), Role: f.Error(form.Problem("role"))}
	return page
}

func proofOf(v visit, next string) Proof {
	return Proof{Fresh: v.fresh(), Action: confirmPath, Next: next, Email: v.session.Email}
}

func personName(c identity.Contact) string {
	if c.Name != "" {
		return c.Name
	}
	return c.Email
}

func roleName(t i18n.Translator, role identity.MemberRole) string {
	return t.T("cabinet.role." + string(role))
}

func roleChoices(t i18n.Translator, chosen identity.MemberRole) (list []Choice) {
	for _, role := range identity.MemberRoles() {
		list = append(list, Choice{Value: string(role), Label: roleName(t, role), Hint: t.T("cabinet.role_hint." + string(role)), Chosen: role == chosen})
	}
	return list
}

// receiveChecks lists what a person of the role may choose to be sent.
func receiveChecks(t i18n.Translator, r identity.Receives, role identity.MemberRole) (list []Check) {
	if identity.MemberMay(role, identity.RightCabinetInvoices) {
		list = append(list, Check{"invoices", t.T("cabinet.receives.invoices"), r.Invoices})
	}
	if identity.MemberMay(role, identity.RightCabinetDocuments) {
		list = append(list, Check{"documents", t.T("cabinet.receives.documents"), r.Documents})
	}
	if identity.MemberMay(role, identity.RightCabinetTickets) {
		list = append(list, Check{"tickets", t.T("cabinet.receives.tickets"), r.Tickets})
	}
	return list
}
