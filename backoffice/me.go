package backoffice

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/web"
)

// MePage is the data of office/me: a person's own logins, password and second factor.
type MePage struct {
	web.Base
	Person   identity.Session
	Role     string
	Sessions []SessionRow
	Fields   []web.Field // old and new password
	Problem  string
	Recovery int // recovery codes that are left
	Factor   bool
}

// SessionRow is a logged-in browser.
type SessionRow struct {
	ID        string
	Browser   string
	IP        string
	SeenAt    time.Time
	CreatedAt time.Time
	Here      bool
}

func (r *Room) showMe(c *gin.Context) error {
	return r.showMeWith(c, http.StatusOK, web.NewForm(nil), nil)
}

func (r *Room) showMeWith(c *gin.Context, status int, form *web.Form, problem error) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	base, err := r.base(c, "office.me.title")
	if err != nil {
		return err
	}
	base.Path = mePath // where a change of the language leads from an answer to a form
	session, _ := sessionOf(c)
	sessions, err := r.identity.Sessions(ctx, actor)
	if err != nil {
		return err
	}
	left := 0
	if session.SecondFactor {
		if left, err = r.identity.RecoveryCodesLeft(ctx, actor); err != nil {
			return err
		}
	}
	page := mePage(base, session, sessions, left, form)
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/me", "", page)
	return nil
}

func mePage(b web.Base, session identity.Session, sessions []identity.Session, left int, form *web.Form) MePage {
	t := b.Translator
	old := form.Field(t, "password", "old", t.T("office.me.old"))
	old.Autocomplete, old.Required = "current-password", true
	password := form.Field(t, "password", "password", t.T("office.setup.password"))
	password.Autocomplete, password.Required, password.Hint = "new-password", true, t.T("office.setup.hint")
	again := form.Field(t, "password", "again", t.T("office.setup.again"))
	again.Autocomplete, again.Required = "new-password", true
	page := MePage{Base: b, Person: session, Role: t.T("office.role." + string(session.Role)), Fields: []web.Field{old, password, again}, Recovery: left, Factor: session.SecondFactor}
	for _, s := range sessions {
		page.Sessions = append(page.Sessions, SessionRow{ID: s.ID, Browser: browserName(s.Origin.UserAgent), IP: s.Origin.IP, SeenAt: s.LastSeenAt, CreatedAt: s.CreatedAt, Here: s.ID == session.ID})
	}
	return page
}

func (r *Room) changePassword(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	session, _ := sessionOf(c)
	old, password, again := form.Secret("old", passwordRunesMax), form.Secret("password", passwordRunesMax), form.Secret("again", passwordRunesMax)
	if form.Valid() && password != again {
		form.Reject("again", prolong.NewError(prolong.CodeInvalid, "error.password_differs", nil))
	}
	if form.Valid() {
		err := r.identity.ChangePassword(c.Request.Context(), web.Actor(c), old, password, session.ID)
		switch prolong.CodeOf(err) {
		case "":
			r.site.SetFlash(c, web.ToneGood, "flash.password_changed")
			web.Redirect(c, mePath)
			return nil
		case prolong.CodeUnauthorized, prolong.CodeRateLimited:
			form.Reject("old", err)
		case prolong.CodeInvalid:
			form.Reject("password", err)
		case prolong.CodeConflict, prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeUnavailable:
			return err
		}
	}
	return r.showMeWith(c, http.StatusUnprocessableEntity, form, nil)
}

// endSessions ends one of the reader's own logins, or all but the one he is in.
func (r *Room) endSessions(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	session, _ := sessionOf(c)
	ctx, actor := c.Request.Context(), web.Actor(c)
	if id := form.Value("session"); id != "" {
		err = r.identity.RevokeSession(ctx, actor, id)
	} else {
		err = r.identity.RevokeOtherSessions(ctx, actor, session.ID)
	}
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.sessions_ended")
	web.Redirect(c, mePath)
	return nil
}
