package cabinet

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const (
	visitKey     = "cabinet.visit"
	langCookie   = "lang"
	accountParam = "account"
)

// visit is who makes a request, and about which account.
type visit struct {
	session identity.Session
	members []identity.Membership // that hold today
	account billing.AccountID     // of the address; 0 on a person's own pages
	role    identity.MemberRole   // in that account
}

// may says whether the reader has a right in the account, for what a page offers him.
func (v visit) may(right identity.Right) bool { return identity.MemberMay(v.role, right) }

// authorizer asks identity who the caller is and what he may do.
type authorizer struct{ room *Room }

// Authorizer guards the routes of the room: the session cookie says who, the address says which
// account, the table of roles says what. Session and membership are read from the database for
// each request, so a person who was taken out of an account a moment ago is out.
func (r *Room) Authorizer() web.Authorizer { return authorizer{r} }

// Authorize implements web.Authorizer. An account that is not the reader's does not exist for
// him.
func (a authorizer) Authorize(c *gin.Context, right web.Right) error {
	ctx := identity.WithOrigin(c.Request.Context(), originOf(c))
	c.Request = c.Request.WithContext(ctx)
	token := a.room.site.Cookies().Session(c)
	if token == "" {
		return unlessPublic(right, errLoggedOut())
	}
	session, err := a.room.identity.FindSession(ctx, token)
	switch {
	case prolong.CodeOf(err) == prolong.CodeUnauthorized:
		return unlessPublic(right, err)
	case err != nil:
		return err
	case session.Actor.Kind != prolong.ActorContact:
		// A session of the vendor's staff opens the office, not a client's cabinet.
		return unlessPublic(right, errLoggedOut())
	}
	web.SetActor(c, session.Actor)
	// What was chosen in the language menu goes before the language of the person's letters.
	if lang, ok := i18n.ParseLang(session.Language); ok && a.room.site.Cookies().Get(c, langCookie) == "" {
		web.SetLang(c, lang)
	}
	v := visit{session: session}
	if right != web.Public {
		if v, err = a.enter(c, v, identity.Right(right)); err != nil {
			return err
		}
	}
	c.Set(visitKey, v)
	return nil
}

// enter checks the right and finds the account of the address.
func (a authorizer) enter(c *gin.Context, v visit, right identity.Right) (visit, error) {
	ctx := c.Request.Context()
	if text, ok := c.Params.Get(accountParam); ok {
		id, err := parseID(text)
		if err != nil {
			return v, err
		}
		v.account = billing.AccountID(id)
	}
	if err := a.room.identity.Authorize(ctx, v.session.Actor, right, v.account); err != nil {
		return v, err
	}
	var err error
	if v.members, err = a.room.identity.AccountsOf(ctx, v.session.Actor.ID, a.room.identity.Today()); err != nil {
		return v, err
	}
	for _, m := range v.members {
		if m.AccountID == v.account {
			v.role = m.Role
		}
	}
	return v, nil
}

func unlessPublic(right web.Right, err error) error {
	if right == web.Public {
		return nil
	}
	return err
}

func errLoggedOut() error {
	return prolong.NewError(prolong.CodeUnauthorized, "error.unauthorized", nil)
}

func originOf(c *gin.Context) identity.Origin {
	return identity.Origin{IP: c.ClientIP(), UserAgent: c.Request.UserAgent()}
}

// visitOf returns what the authorizer found; ok is false for somebody who is not logged in.
func visitOf(c *gin.Context) (v visit, ok bool) {
	value, _ := c.Get(visitKey)
	v, ok = value.(visit)
	return v, ok
}

// parseID reads an id of the address. What is no id names no page.
func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 || strconv.FormatInt(id, 10) != text {
		return 0, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	return id, nil
}

// param reads an id of the address by its name.
func param(c *gin.Context, name string) (int64, error) { return parseID(c.Param(name)) }
