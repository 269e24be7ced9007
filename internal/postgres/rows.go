package postgres

import (
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNoRow says that the row is not there; use cases turn it into an error for people.
var ErrNoRow = errors.New("postgres: no such row")

// Args numbers the arguments of a statement that is put together from parts.
type Args struct{ Values []any }

// Add takes an argument in and returns its place in the statement, "$3".
func (a *Args) Add(v any) string {
	a.Values = append(a.Values, v)
	return "$" + strconv.Itoa(len(a.Values))
}

// Collect reads all rows of a query, whose result it is given as it is, into structs by the
// names of columns.
func Collect[T any](rows pgx.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// CollectOne is Collect for the one row of a query. Returns ErrNoRow without one.
func CollectOne[T any](rows pgx.Rows, err error) (T, error) {
	var zero T
	if err != nil {
		return zero, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return zero, ErrNoRow
	}
	return row, err
}

// Nullable is a value for a column that has NULL in place of zero.
func Nullable[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// NullableTime is Nullable for instants, whose zero has many forms.
func NullableTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Value is what a column that can be NULL holds, zero for NULL.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
