package cabinet

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
)

// UnsubscribePath is the page that stops letters which are no service messages to the reader of
// one of them. Mail programs post to it themselves (RFC 8058).
func UnsubscribePath(token string) string { return "/unsubscribe/" + token }

// UnsubscribePage is the data of cabinet/unsubscribe.
type UnsubscribePage struct {
	web.Base
	Action string
	Email  string
	Done   bool
}

func (r *Room) showUnsubscribe(c *gin.Context) error {
	letter, err := r.letters.FindMessageByHeader(c.Request.Context(), c.Param("letter"))
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/unsubscribe", "", unsubscribePage(r.site.Base(c, ""), c.Param("letter"), letter.Recipient.Email, false))
	return nil
}

func unsubscribePage(b web.Base, token, email string, done bool) UnsubscribePage {
	b.Title, b.Path = b.T("cabinet.unsubscribe.title"), UnsubscribePath(token)
	return UnsubscribePage{Base: b, Action: UnsubscribePath(token), Email: email, Done: done}
}

// unsubscribe does what the form or the mail program asks for; asking again is no mistake.
func (r *Room) unsubscribe(c *gin.Context) error {
	token := c.Param("letter")
	if err := r.letters.Unsubscribe(c.Request.Context(), token); err != nil {
		return err
	}
	letter, err := r.letters.FindMessageByHeader(c.Request.Context(), token)
	if err != nil && prolong.CodeOf(err) != prolong.CodeNotFound {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/unsubscribe", "", unsubscribePage(r.site.Base(c, ""), token, letter.Recipient.Email, true))
	return nil
}
