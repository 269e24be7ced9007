package passes

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
)

// Keys says whose API key it is and whether it has a scope. Identity implements it.
type Keys interface {
	AuthorizeKey(ctx context.Context, key string, scope identity.Right) (prolong.Actor, error)
}

// staleAfter is how old the replica may be before its answers are marked: the database does
// not answer, and a payment may be missing.
const staleAfter = 5 * time.Second

// API answers GET /api/v1/accounts/{external_id}/access.
type API struct {
	door
	replica *Replica
	clock   prolong.Clock
}

// door lets machines with the right key in, and tells the others why not.
type door struct {
	keys    Keys
	catalog *i18n.Catalog
}

// enter answers 401 without a key and 403 with one that may not do this.
func (d *door) enter(w http.ResponseWriter, r *http.Request, scope identity.Right) (actor prolong.Actor, ok bool) {
	const prefix = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) <= len(prefix) || header[:len(prefix)] != prefix {
		d.refuse(w, r, http.StatusUnauthorized, prolong.NewError(prolong.CodeUnauthorized, "error.api_key_missing", nil))
		return actor, false
	}
	actor, err := d.keys.AuthorizeKey(r.Context(), header[len(prefix):], scope)
	if err != nil {
		status := http.StatusUnauthorized
		switch prolong.CodeOf(err) {
		case prolong.CodeForbidden:
			status = http.StatusForbidden
		case prolong.CodeRateLimited:
			status = http.StatusTooManyRequests
		default:
		}
		d.refuse(w, r, status, err)
		return actor, false
	}
	return actor, true
}

// NewAPI returns the machine door of access.
func NewAPI(replica *Replica, keys Keys, clock prolong.Clock, catalog *i18n.Catalog) *API {
	return &API{door: door{keys: keys, catalog: catalog}, replica: replica, clock: clock}
}

// ServeHTTP answers with the access of the account in the path value external_id. 401 without
// a key, 403 with one that may not ask, 404 for an unknown account, which is not the same as
// a suspended one, 503 before the replica is loaded.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.enter(w, r, identity.RightAPIAccess); !ok {
		return
	}
	id := r.PathValue("external_id")
	terms, asOf, ok := a.replica.terms(id)
	now := a.clock.Now()
	switch {
	case asOf.IsZero():
		a.refuse(w, r, http.StatusServiceUnavailable, prolong.NewError(prolong.CodeUnavailable, "error.access_loading", nil))
		return
	case !ok:
		a.refuse(w, r, http.StatusNotFound, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": id}))
		return
	}
	access := terms.At(now)
	h := w.Header()
	h["Content-Type"] = jsonType
	h["Cache-Control"] = cacheControl(access, now)
	buf := make([]byte, 0, 256)
	buf = appendAccess(buf, id, access, terms.Location)
	if now.Sub(asOf) > staleAfter {
		buf = append(buf, `,"stale":true`...)
	}
	buf = append(buf, "}\n"...)
	_, _ = w.Write(buf) // the client has gone away; there is nobody to tell
}

var (
	jsonType  = []string{"application/json"}
	noStore   = []string{"no-store"}
	halfALook = []string{"private, max-age=30"}
)

// cacheControl lets an active answer be kept for a moment; a suspended client who has just
// paid is watching, so that answer is never kept.
func cacheControl(a billing.Access, now time.Time) []string {
	const keep = 30 * time.Second
	if a.State == billing.AccessSuspended || a.Until.Sub(now) < keep {
		return noStore
	}
	return halfALook
}

func appendAccess(buf []byte, id string, a billing.Access, loc *time.Location) []byte {
	buf = append(buf, `{"external_id":`...)
	buf = strconv.AppendQuote(buf, id)
	buf = append(buf, `,"active":`...)
	buf = strconv.AppendBool(buf, a.State != billing.AccessSuspended)
	buf = append(buf, `,"state":"`...)
	buf = append(buf, a.State...)
	buf = append(buf, `","until":`...)
	if a.Until.IsZero() {
		buf = append(buf, "null"...)
	} else {
		buf = append(buf, '"')
		buf = a.Until.In(loc).AppendFormat(buf, time.RFC3339)
		buf = append(buf, '"')
	}
	buf = append(buf, `,"paid_through":"`...)
	buf = append(buf, a.PaidThrough.String()...)
	buf = append(buf, `","reason":"`...)
	buf = append(buf, a.Reason...)
	return append(buf, '"')
}

func (d *door) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	t := d.catalog.Translator(i18n.Negotiate(r.Header.Get("Accept-Language")))
	w.Header()["Content-Type"] = jsonType
	w.Header()["Cache-Control"] = noStore
	w.WriteHeader(status)
	buf := append([]byte(`{"error":{"code":"`), prolong.CodeOf(err)...)
	buf = append(buf, `","message":`...)
	buf = strconv.AppendQuote(buf, t.Error(err))
	_, _ = w.Write(append(buf, "}}\n"...)) // as above
}
