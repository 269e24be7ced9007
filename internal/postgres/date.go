package postgres

import (
	"github.com/jackc/pgx/v5/pgtype"

	"prolong"
)

// registerTypes teaches a connection the types of the root package that pgx would get wrong by
// itself. Scanning needs nothing: prolong.Date is an sql.Scanner, and string kinds such as
// prolong.Currency or prolong.TaxID pass as strings, alone and in arrays.
func registerTypes(m *pgtype.Map) {
	// Without this a Date is taken for a fmt.Stringer where the statement's parameter types are
	// not known, and the zero Date would become '' instead of NULL.
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
