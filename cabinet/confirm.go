package cabinet

import (
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
)

// proofAge is how long a code from a letter allows to change who belongs to a company and what
// its requisites are. A browser may stay logged in for weeks, and not always with its owner.
const proofAge = 12 * time.Hour

// fresh says whether the reader has proved lately who he is. The last visit is noted once a
// minute, which is near enough to now.
func (v visit) fresh() bool { return v.session.LastSeenAt.Sub(v.session.ProvedAt) < proofAge }

// refuseStale leads a reader whose proof is old back to the page that asks for a new one.
func (r *Room) refuseStale(c *gin.Context, v visit, page string) (refused bool) {
	if v.fresh() {
		return false
	}
	r.site.SetFlash(c, web.ToneWarn, "flash.cabinet_confirm")
	web.Redirect(c, page)
	return true
}

// askAgain sends another code to the reader's own address; entering it makes his proof fresh.
func (r *Room) askAgain(c *gin.Context) error {
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	next := web.LocalPath(form.Value("next"), Prefix)
	v, _ := visitOf(c)
	pending, err := r.identity.RequestLoginCode(c.Request.Context(), v.session.Email, r.site.Translator(c).Lang(), originOf(c))
	if err != nil {
		return prolong.Wrap("cabinet.askAgain", err)
	}
	if err := r.setPending(c, pendingLogin{Token: pending, Email: v.session.Email}); err != nil {
		return err
	}
	web.Redirect(c, withNext(loginCodePath, next))
	return nil
}
