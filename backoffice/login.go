package backoffice

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const (
	passwordRunesMax = 200
	codeRunesMax     = 40 // a recovery code with its dashes
	// sessionCookieAge is the longest life of a staff session; identity ends it earlier when the
	// person rests.
	sessionCookieAge = 7 * 24 * time.Hour
)

// LoginPage is the data of office/login.
type LoginPage struct {
	web.Base
	Action  string // where the form is posted
	Next    string // a local address to go on to; may be empty
	Place   string // what one logs in to
	Problem string // why the last attempt failed; empty at first
	Fields  []web.Field
}

func (r *Room) showLogin(c *gin.Context) error {
	next := web.LocalPath(c.Query("next"), statusPath)
	if _, ok := sessionOf(c); ok {
		web.Redirect(c, next)
		return nil
	}
	base := r.site.Base(c, "")
	r.site.Show(c, http.StatusOK, "office/login", "", loginPage(base, web.NewForm(nil), next, ""))
	return nil
}

func loginPage(b web.Base, form *web.Form, next, problem string) LoginPage {
	b.Title = b.T("login.title")
	return LoginPage{Base: b, Action: loginPath, Next: next, Place: b.T("login.office"), Problem: problem, Fields: loginFields(b.Translator, form)}
}

func loginFields(t i18n.Translator, form *web.Form) []web.Field {
	email := form.Field(t, "email", "email", t.T("login.email"))
	email.Autocomplete, email.Required, email.Autofocus = "username", true, email.Value == ""
	password := form.Field(t, "password", "password", t.T("login.password"))
	password.Autocomplete, password.Required, password.Autofocus = "current-password", true, !email.Autofocus
	code := web.Field{Kind: "text", Name: "code", Label: t.T("login.code"), Hint: t.T("login.code_hint"), Autocomplete: "one-time-code", InputMode: "numeric", LenMax: codeRunesMax}
	return []web.Field{email, password, code}
}

func (r *Room) login(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	next := web.LocalPath(form.Value("next"), statusPath)
	login := identity.StaffLogin{
		Email: form.Email("email"), Password: form.Secret("password", passwordRunesMax), Code: form.Text("code", codeRunesMax),
		OldToken: r.site.Cookies().Session(c),
	}
	refuse := func(status int, problem string) error {
		r.site.Show(c, status, "office/login", "", loginPage(r.site.Base(c, ""), form, next, problem))
		return nil
	}
	if !form.Valid() {
		return refuse(http.StatusUnprocessableEntity, "")
	}
	token, err := r.identity.LoginStaff(c.Request.Context(), login, originOf(c))
	switch code := prolong.CodeOf(err); code {
	case "":
	case prolong.CodeUnauthorized, prolong.CodeRateLimited:
		return refuse(web.StatusOf(err), r.site.Translator(c).Error(err))
	default:
		return err
	}
	r.site.Cookies().SetSession(c, token, sessionCookieAge)
	web.Redirect(c, next)
	return nil
}

// logout ends the session. It is open to everybody: a person whose session has just ended
// wants to be out, not to log in first.
func (r *Room) logout(c *gin.Context) error {
	if err := r.identity.Logout(c.Request.Context(), r.site.Cookies().Session(c)); err != nil {
		return err
	}
	r.site.Cookies().ClearSession(c)
	web.Redirect(c, loginPath)
	return nil
}
