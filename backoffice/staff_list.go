package backoffice

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// StaffListPage is the data of office/staff_list: the vendor's people.
type StaffListPage struct {
	web.Base
	Rows      []StaffRow
	Form      StaffForm
	SetupLink string // shown once, to be handed over
	SetupFor  string
}

// StaffRow is a person of the vendor.
type StaffRow struct {
	Name, Email string
	Role        string
	State       web.Badge
	Factor      web.Badge
	Action      string
	Locked      bool
	HasFactor   bool
	Self        bool
}

// StaffForm adds a person, or changes one who is named by his address.
type StaffForm struct {
	Email, Name web.Field
	Roles       []Option
	Languages   []Option
	Problem     string
}

func (r *Room) listStaff(c *gin.Context) error {
	return r.showStaff(c, http.StatusOK, web.NewForm(nil), nil, nil)
}

func (r *Room) showStaff(c *gin.Context, status int, form *web.Form, problem error, setup *identity.StaffSetup) error {
	base, err := r.base(c, "office.staff.title")
	if err != nil {
		return err
	}
	base.Path = staffPath // where a change of the language leads from an answer to a form
	staff, err := r.identity.FindStaff(c.Request.Context())
	if err != nil {
		return err
	}
	page := staffListPage(base, staff, web.Actor(c).ID, form)
	if problem != nil {
		page.Form.Problem = base.Error(problem)
	}
	if setup != nil {
		page.SetupLink, page.SetupFor = r.origin(c)+setupPath+"/"+setup.Token, setup.Email
	}
	r.site.Show(c, status, "office/staff_list", "", page)
	return nil
}

// origin is the beginning of our addresses as the reader sees them.
func (r *Room) origin(c *gin.Context) string {
	if r.site.Cookies().Secure {
		return "https://" + c.Request.Host
	}
	return "http://" + c.Request.Host
}

func staffListPage(b web.Base, staff []identity.Staff, self int64, form *web.Form) StaffListPage {
	t := b.Translator
	page := StaffListPage{Base: b, Form: staffForm(t, form)}
	for _, s := range staff {
		row := StaffRow{Name: s.Name, Email: s.Email, Role: t.T("office.role." + string(s.Role)), Action: staffPath + "/" + strconv.FormatInt(s.ID, 10), Locked: s.Locked, HasFactor: s.SecondFactor, Self: s.ID == self,
			State: web.Badge{Tone: web.ToneGood, Text: t.T("office.staff.active")}, Factor: web.Badge{Tone: web.ToneGood, Text: t.T("office.staff.factor")}}
		switch {
		case s.Locked:
			row.State = web.Badge{Tone: web.ToneBad, Text: t.T("office.staff.locked")}
		case !s.HasPassword:
			row.State = web.Badge{Tone: web.ToneWarn, Text: t.T("office.staff.no_password")}
		}
		if !s.SecondFactor {
			row.Factor = web.Badge{Tone: web.ToneWarn, Text: t.T("office.staff.no_factor")}
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func staffForm(t i18n.Translator, form *web.Form) StaffForm {
	f := StaffForm{Email: form.Field(t, "email", "email", t.T("login.email")), Name: form.Field(t, "text", "name", t.T("office.staff.name"))}
	f.Email.Required, f.Name.Required = true, true
	chosen := identity.Role(form.Value("role"))
	if chosen == "" {
		chosen = identity.RoleSupport // who may least
	}
	for _, role := range identity.Roles() {
		f.Roles = append(f.Roles, Option{Value: string(role), Text: t.T("office.role." + string(role)), Selected: role == chosen})
	}
	for _, lang := range i18n.Langs() {
		f.Languages = append(f.Languages, Option{Value: string(lang), Text: lang.Native(), Selected: form.Value("language") == string(lang)})
	}
	return f
}

// saveStaff adds a person or changes him. Who is new and has no password gets a link, which is
// shown this once.
func (r *Room) saveStaff(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	spec := identity.StaffSpec{Email: form.Email("email"), Name: form.Required("name", clientRunesMax), Role: identity.Role(form.Value("role")), Language: form.Value("language")}
	if form.Value("email") == "" {
		form.Required("email", web.EmailLenMax)
	}
	if err := form.Err(); err != nil {
		return r.showStaff(c, http.StatusUnprocessableEntity, form, err, nil)
	}
	setup, err := r.identity.UpsertStaff(c.Request.Context(), web.Actor(c), spec)
	return r.answerStaff(c, form, setup, err)
}

// changeStaff locks a person, lets him in again, or gives him a new start.
func (r *Room) changeStaff(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	var setup *identity.StaffSetup
	switch form.Value("what") {
	case "lock":
		err = r.identity.LockStaff(ctx, actor, id)
	case "unlock":
		err = r.identity.UnlockStaff(ctx, actor, id)
	case "factor":
		err = r.identity.ResetSecondFactor(ctx, actor, id)
	case "reset":
		var made identity.StaffSetup
		made, err = r.identity.ResetStaff(ctx, actor, id)
		setup = &made
	default:
		err = prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil)
	}
	return r.answerStaff(c, web.NewForm(nil), setup, err)
}

// answerStaff shows the page with what came of a change; a set-up link must be seen at once,
// since it is kept nowhere.
func (r *Room) answerStaff(c *gin.Context, form *web.Form, setup *identity.StaffSetup, err error) error {
	switch prolong.CodeOf(err) {
	case "":
		if setup != nil {
			return r.showStaff(c, http.StatusOK, web.NewForm(nil), nil, setup)
		}
		r.site.SetFlash(c, web.ToneGood, "flash.staff_saved")
		web.Redirect(c, staffPath)
		return nil
	case prolong.CodeInvalid, prolong.CodeConflict:
		return r.showStaff(c, web.StatusOf(err), form, err, nil)
	case prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
	}
	return err
}
