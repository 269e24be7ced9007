package passes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
)

// Meter stores when rented services were available. Billing implements it.
type Meter interface {
	ImportAvailability(ctx context.Context, actor prolong.Actor, r io.Reader) (added int, bad []billing.RowError, err error)
}

// availabilityBytesMax bounds one file: a month of minutes of some tens of racks.
const availabilityBytesMax = 8 << 20

// AvailabilityAPI answers POST /api/v1/availability: the file of `prolong import availability` over
// HTTP, stored whole or not at all.
type AvailabilityAPI struct {
	door
	meter Meter
}

// NewAvailabilityAPI returns the machine door of the availability journal.
func NewAvailabilityAPI(meter Meter, keys Keys, catalog *i18n.Catalog) *AvailabilityAPI {
	return &AvailabilityAPI{door: door{keys: keys, catalog: catalog}, meter: meter}
}

// importedRow is a row that was refused.
type importedRow struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// ServeHTTP stores the CSV of the body. What is there already changes nothing, so the same file may
// be sent again after a broken connection. 401 and 403 as for every key, 413 for a file that is too
// large, 422 with the lines that are wrong, and nothing stored then.
func (a *AvailabilityAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	actor, ok := a.enter(w, r, identity.RightAPIAvailability)
	if !ok {
		return
	}
	body := http.MaxBytesReader(w, r.Body, availabilityBytesMax)
	raw, err := io.ReadAll(body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		a.refuse(w, r, http.StatusRequestEntityTooLarge, prolong.NewError(prolong.CodeInvalid, "error.body_too_large", prolong.Args{"Limit": availabilityBytesMax >> 20}))
		return
	}
	if err != nil {
		return // the client has gone away
	}
	added, bad, err := a.meter.ImportAvailability(r.Context(), actor, bytes.NewReader(raw))
	switch {
	case err != nil && prolong.CodeOf(err) == prolong.CodeInternal:
		a.refuse(w, r, http.StatusInternalServerError, err)
		return
	case err != nil:
		a.refuse(w, r, http.StatusUnprocessableEntity, err)
		return
	}
	t := a.catalog.Translator(i18n.Negotiate(r.Header.Get("Accept-Language")))
	rows := make([]importedRow, len(bad))
	for i, b := range bad {
		rows[i] = importedRow{Line: b.Line, Message: t.Error(b.Err)}
	}
	answer, err := json.Marshal(struct {
		Added int           `json:"added"`
		Bad   []importedRow `json:"bad"`
	}{added, rows})
	if err != nil {
		a.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	w.Header()["Content-Type"], w.Header()["Cache-Control"] = jsonType, noStore
	if len(bad) > 0 {
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
	_, _ = w.Write(append(answer, '\n')) // as in API
}
