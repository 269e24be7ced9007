package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/web"
)

// SetupPage is the data of office/setup: a person sets his password by a one-time link.
type SetupPage struct {
	web.Base
	Action string
	Owner  identity.Staff
	Fields []web.Field
}

func (r *Room) showSetup(c *gin.Context) error {
	owner, err := r.identity.SetupOwner(c.Request.Context(), c.Param("token"))
	if err != nil {
		return err
	}
	r.showSetupForm(c, http.StatusOK, owner, web.NewForm(nil))
	return nil
}

func (r *Room) showSetupForm(c *gin.Context, status int, owner identity.Staff, form *web.Form) {
	base := r.site.Base(c, "")
	r.site.Show(c, status, "office/setup", "", setupPage(base, setupPath+"/"+c.Param("token"), owner, form))
}

func setupPage(b web.Base, action string, owner identity.Staff, form *web.Form) SetupPage {
	b.Title = b.T("office.setup.title")
	password := form.Field(b.Translator, "password", "password", b.T("office.setup.password"))
	password.Autocomplete, password.Required, password.Autofocus, password.Hint = "new-password", true, true, b.T("office.setup.hint")
	again := form.Field(b.Translator, "password", "again", b.T("office.setup.again"))
	again.Autocomplete, again.Required = "new-password", true
	return SetupPage{Base: b, Action: action, Owner: owner, Fields: []web.Field{password, again}}
}

func (r *Room) setPassword(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	token := c.Param("token")
	owner, err := r.identity.SetupOwner(c.Request.Context(), token)
	if err != nil {
		return err
	}
	password, again := form.Secret("password", passwordRunesMax), form.Secret("again", passwordRunesMax)
	if form.Valid() && password != again {
		form.Reject("again", prolong.NewError(prolong.CodeInvalid, "error.password_differs", nil))
	}
	if form.Valid() {
		err := r.identity.SetPassword(c.Request.Context(), token, password)
		switch prolong.CodeOf(err) {
		case "":
			r.site.SetFlash(c, web.ToneGood, "flash.password_set")
			web.Redirect(c, loginPath)
			return nil
		case prolong.CodeInvalid:
			form.Reject("password", err)
		default:
			return err
		}
	}
	r.showSetupForm(c, http.StatusUnprocessableEntity, owner, form)
	return nil
}
