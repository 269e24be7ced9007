package postgres

import (
	"github.com/jackc/pgx/v5/pgtype"

	"prolong"
)

// registerTypes teaches a connection prolong.Date. pgx manages by itself most of the time,
// through driver.Valuer, but 2.5 times slower in COPY (measured), and not at all for arrays of
// dates where the statement's parameter types are not known. Scanning needs nothing: Date is
// an sql.Scanner. String kinds such as prolong.Currency pass as strings, alone and in arrays.
func registerTypes(m *pgtype.Map) {
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapDate}, m.TryWrapEncodePlanFuncs...)
	m.RegisterDefaultPgType(prolong.Date{}, "date")
	m.RegisterDefaultPgType([]prolong.Date{}, "_date")
}

// dateParam is a prolong.Date in the form that pgx's codec of dates understands.
type dateParam prolong.Date

// DateValue implements pgtype.DateValuer; the zero Date is NULL.
func (d dateParam) DateValue() (pgtype.Date, error) {
	date := prolong.Date(d)
	if date.IsZero() {
		return pgtype.Date{}, nil
	}
	return pgtype.Date{Time: date.Time(), Valid: true}, nil
}

func wrapDate(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	if d, ok := value.(prolong.Date); ok {
		return &dateEncodePlan{}, dateParam(d), true
	}
	return nil, nil, false
}

type dateEncodePlan struct{ next pgtype.EncodePlan }

func (p *dateEncodePlan) SetNext(next pgtype.EncodePlan) { p.next = next }

func (p *dateEncodePlan) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(dateParam(value.(prolong.Date)), buf)
}
