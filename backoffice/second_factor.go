package backoffice

import (
	"encoding/base64"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"
	"rsc.io/qr"

	"prolong"
	"prolong/identity"
	"prolong/internal/web"
)

// SecondFactorPage is the data of office/second_factor. It has three steps: asked (neither
// Setup nor Codes), drawn (Setup), done (Codes).
type SecondFactorPage struct {
	web.Base
	Setup   *identity.SecondFactorSetup
	Picture template.URL // of the secret as a QR code
	Field   web.Field    // for the code of the authenticator
	Codes   []string     // recovery codes, shown once
	Has     bool         // the person has a second factor and is about to replace it
	Home    string
}

func (r *Room) showSecondFactor(c *gin.Context) error {
	r.site.Show(c, http.StatusOK, "office/second_factor", "", r.secondFactorPage(c))
	return nil
}

func (r *Room) secondFactorPage(c *gin.Context) SecondFactorPage {
	base := r.site.Base(c, "")
	base.Title = base.T("office.second_factor.title")
	session, _ := sessionOf(c)
	return SecondFactorPage{Base: base, Has: session.SecondFactor, Home: statusPath}
}

func (r *Room) beginSecondFactor(c *gin.Context) error {
	setup, err := r.identity.BeginSecondFactor(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	return r.showSecret(c, http.StatusOK, setup, web.NewForm(nil))
}

// showSecret shows the drawn secret and asks for a code of it. The secret travels through the
// form, so that a mistyped code does not draw another: the person has it in his telephone
// already. It gives nobody more than he had, since only the one in the database counts.
func (r *Room) showSecret(c *gin.Context, status int, setup identity.SecondFactorSetup, form *web.Form) error {
	page := r.secondFactorPage(c)
	page.Setup = &setup
	var err error
	if page.Picture, err = qrPicture(setup.URL); err != nil {
		return err
	}
	page.Field = form.Field(page.Translator, "text", "code", page.T("login.code"))
	page.Field.Autocomplete, page.Field.InputMode, page.Field.Required, page.Field.Autofocus, page.Field.LenMax = "one-time-code", "numeric", true, true, codeRunesMax
	page.Field.Value = ""
	r.site.Show(c, status, "office/second_factor", "", page)
	return nil
}

func (r *Room) confirmSecondFactor(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	setup := identity.SecondFactorSetup{Secret: form.Text("secret", 64), URL: form.Text("url", 1000)}
	code := form.Required("code", codeRunesMax)
	var recovery []string
	if form.Valid() {
		recovery, err = r.identity.ConfirmSecondFactor(c.Request.Context(), web.Actor(c), code)
		switch prolong.CodeOf(err) {
		case "":
		case prolong.CodeUnauthorized, prolong.CodeRateLimited:
			form.Reject("code", err)
		default:
			return err
		}
	}
	if !form.Valid() {
		return r.showSecret(c, http.StatusUnprocessableEntity, setup, form)
	}
	// What the session may do has changed, so it gets a new secret.
	token, err := r.identity.RotateSession(c.Request.Context(), r.site.Cookies().Session(c), true)
	if err != nil {
		return err
	}
	r.site.Cookies().SetSession(c, token, sessionCookieAge)
	page := r.secondFactorPage(c)
	page.Codes = recovery
	r.site.Show(c, http.StatusOK, "office/second_factor", "", page)
	return nil
}

// qrPicture draws a text as a QR code that a page can hold.
func qrPicture(text string) (template.URL, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", prolong.NewError(prolong.CodeInvalid, "error.form_unreadable", nil).Because(err)
	}
	code.Scale = 5
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())), nil // our own picture in a fixed alphabet
}
