package backoffice

import (
	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const (
	sessionKey = "office.session"
	langCookie = "lang"
)

// authorizer asks identity who the caller is and what he may do.
type authorizer struct{ room *Room }

// Authorizer guards the routes of the room: the session cookie says who, the table of roles
// and rights says what. The session is read from the database for each request, so a person
// who was locked or lost his role a moment ago is out.
func (r *Room) Authorizer() web.Authorizer { return authorizer{r} }

// Authorize implements web.Authorizer. A person without a second factor is led to where he
// sets one up, whatever he asked for.
func (a authorizer) Authorize(c *gin.Context, right web.Right) error {
	origin := originOf(c)
	c.Request = c.Request.WithContext(identity.WithOrigin(c.Request.Context(), origin))
	token := a.room.site.Cookies().Session(c)
	if token == "" {
		return unlessPublic(right, errLoggedOut())
	}
	session, err := a.room.identity.FindSession(c.Request.Context(), token)
	switch {
	case prolong.CodeOf(err) == prolong.CodeUnauthorized:
		return unlessPublic(right, err)
	case err != nil:
		return err
	case session.Actor.Kind != prolong.ActorStaff:
		// A client's session opens the cabinet, not the office.
		return unlessPublic(right, errLoggedOut())
	}
	c.Set(sessionKey, session)
	web.SetActor(c, session.Actor)
	// What was chosen in the language menu goes before the language of the person's row.
	if lang, ok := i18n.ParseLang(session.Language); ok && a.room.site.Cookies().Get(c, langCookie) == "" {
		web.SetLang(c, lang)
	}
	switch {
	case right == web.Public:
		return nil
	case !identity.StaffMay(session.Role, identity.Right(right)):
		return prolong.NewError(prolong.CodeForbidden, "error.forbidden", nil)
	case !session.SecondFactor && !a.room.passwordOnly && right != web.Right(identity.RightOfficeSelf):
		web.Redirect(c, secondFactorPath)
	}
	return nil
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

// sessionOf returns the session that the authorizer found.
func sessionOf(c *gin.Context) (identity.Session, bool) {
	v, _ := c.Get(sessionKey)
	s, ok := v.(identity.Session)
	return s, ok
}

// may says whether the reader has a right, for what a page offers him.
func may(c *gin.Context, right identity.Right) bool {
	s, ok := sessionOf(c)
	return ok && identity.StaffMay(s.Role, right)
}
