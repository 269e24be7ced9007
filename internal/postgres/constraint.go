package postgres

import (
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"prolong"
)

// SQLSTATE codes that the product reacts to.
const (
	stateSerializationFailure = "40001"
	stateDeadlockDetected     = "40P01"
)

// ConstraintName returns the name of the constraint that err, or an error in its chain,
// violates; empty if there is none.
func ConstraintName(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.ConstraintName
	}
	return ""
}

// MapConstraint returns the domain's error for the constraint that err violates, with err as
// its cause, or err itself if the map does not name the constraint. A store keeps such a map
// beside it with a row for each of its constraints that people can run into.
func MapConstraint(err error, byName map[string]*prolong.Error) error {
	if name := ConstraintName(err); name != "" {
		if e, ok := byName[name]; ok {
			return e.Because(err)
		}
	}
	return err
}

// IsRetryable says whether the transaction failed only because another one ran at the same
// time, so that running it again from its start can succeed.
func IsRetryable(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) &&
		slices.Contains([]string{stateSerializationFailure, stateDeadlockDetected}, pgErr.Code)
}
