package cabinet

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
)

const (
	// loginCookie holds what a browser that has asked for a code must show with it.
	loginCookie = "login"
	// loginAge is a little longer than a code lives, so that a late one is told to be late.
	loginAge = 15 * time.Minute
	// sessionCookieAge only has to outlast the session, which slides with each visit: its row in
	// the database decides.
	sessionCookieAge = 365 * 24 * time.Hour
	codeRunesMax     = 20 // six digits, as people group them
)

// LoginPage is the data of cabinet/login.
type LoginPage struct {
	web.Base
	Action  string
	Next    string // a local address to go on to
	Problem string // why no code could be asked for; empty at first
	Field   web.Field
}

// LoginCodePage is the data of cabinet/login_code.
type LoginCodePage struct {
	web.Base
	Action  string
	Again   string // where another code is asked for
	Email   string
	Next    string
	Problem string
	Field   web.Field
}

// pendingLogin is what the login cookie holds. The address is the reader's own and is shown to
// him again, nobody else sees it.
type pendingLogin struct {
	Token string `json:"t"`
	Email string `json:"e"`
}

func (r *Room) showLogin(c *gin.Context) error {
	next := web.LocalPath(c.Query("next"), Prefix)
	if _, ok := visitOf(c); ok {
		web.Redirect(c, next)
		return nil
	}
	r.site.Show(c, http.StatusOK, "cabinet/login", "", loginPage(r.site.Base(c, ""), web.NewForm(nil), next, ""))
	return nil
}

func loginPage(b web.Base, form *web.Form, next, problem string) LoginPage {
	b.Title = b.T("cabinet.login.title")
	email := form.Field(b.Translator, "email", "email", b.T("login.email"))
	email.Autocomplete, email.InputMode, email.Required, email.Autofocus, email.LenMax = "email", "email", true, true, web.EmailLenMax
	return LoginPage{Base: b, Action: LoginPath, Next: next, Problem: problem, Field: email}
}

// requestCode asks for a code. The answer is the same whether anybody has the address.
func (r *Room) requestCode(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	next := web.LocalPath(form.Value("next"), Prefix)
	form.Required("email", web.EmailLenMax)
	email := form.Email("email")
	refuse := func(status int, problem string) error {
		r.site.Show(c, status, "cabinet/login", "", loginPage(r.site.Base(c, ""), form, next, problem))
		return nil
	}
	if !form.Valid() {
		return refuse(http.StatusUnprocessableEntity, "")
	}
	t := r.site.Translator(c)
	pending, err := r.identity.RequestLoginCode(c.Request.Context(), email, t.Lang(), originOf(c))
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid:
		form.Reject("email", err)
		return refuse(http.StatusUnprocessableEntity, "")
	case prolong.CodeRateLimited:
		return refuse(web.StatusOf(err), t.Error(err))
	default:
		return err
	}
	if err := r.setPending(c, pendingLogin{Token: pending, Email: email}); err != nil {
		return err
	}
	web.Redirect(c, withNext(loginCodePath, next))
	return nil
}

func (r *Room) showCode(c *gin.Context) error {
	next := web.LocalPath(c.Query("next"), Prefix)
	pending, ok := r.pending(c)
	if !ok {
		web.Redirect(c, withNext(LoginPath, next))
		return nil
	}
	r.site.Show(c, http.StatusOK, "cabinet/login_code", "", loginCodePage(r.site.Base(c, ""), web.NewForm(nil), pending.Email, next, ""))
	return nil
}

func loginCodePage(b web.Base, form *web.Form, email, next, problem string) LoginCodePage {
	b.Title = b.T("cabinet.login.code_title")
	code := form.Field(b.Translator, "text", "code", b.T("cabinet.login.code"))
	code.Autocomplete, code.InputMode, code.Required, code.Autofocus, code.LenMax = "one-time-code", "numeric", true, true, codeRunesMax
	return LoginCodePage{Base: b, Action: loginCodePath, Again: LoginPath, Email: email, Next: next, Problem: problem, Field: code}
}

// verifyCode logs in. It is reached by POST only: programs that look into letters follow links.
func (r *Room) verifyCode(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	next := web.LocalPath(form.Value("next"), Prefix)
	pending, ok := r.pending(c)
	if !ok {
		web.Redirect(c, withNext(LoginPath, next))
		return nil
	}
	refuse := func(status int, problem string) error {
		r.site.Show(c, status, "cabinet/login_code", "", loginCodePage(r.site.Base(c, ""), form, pending.Email, next, problem))
		return nil
	}
	code := form.Required("code", codeRunesMax)
	if !form.Valid() {
		return refuse(http.StatusUnprocessableEntity, "")
	}
	token, err := r.identity.VerifyLoginCode(c.Request.Context(), pending.Token, code, r.site.Cookies().Session(c), originOf(c))
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeUnauthorized, prolong.CodeRateLimited:
		return refuse(web.StatusOf(err), r.site.Translator(c).Error(err))
	default:
		return err
	}
	r.site.Cookies().Clear(c, loginCookie)
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
	web.Redirect(c, LoginPath)
	return nil
}

func (r *Room) setPending(c *gin.Context, p pendingLogin) error {
	data, err := json.Marshal(p)
	if err != nil {
		return prolong.Wrap("cabinet.setPending", err)
	}
	r.site.Cookies().Set(c, loginCookie, base64.RawURLEncoding.EncodeToString(data), loginAge)
	return nil
}

func (r *Room) pending(c *gin.Context) (p pendingLogin, ok bool) {
	data, err := base64.RawURLEncoding.DecodeString(r.site.Cookies().Get(c, loginCookie))
	if err != nil || json.Unmarshal(data, &p) != nil || p.Token == "" {
		return pendingLogin{}, false
	}
	return p, true
}

// withNext keeps where the reader wanted to go.
func withNext(path, next string) string {
	if next == Prefix {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
