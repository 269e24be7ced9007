package billing

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// Availability is an interval in which the service was fully available to a client, or was not
// after all.
type Availability struct {
	Subscription SubscriptionID
	Down         bool
	From, To     time.Time
	Source       string
}

// RecordAvailability stores intervals. Those that are there already change nothing, and
// overlapping ones count once. It returns how many were new. Returns CodeInvalid for an
// interval that does not end after it begins, CodeNotFound for a subscription that does not
// bill by the hour.
func (s *Service) RecordAvailability(ctx context.Context, actor prolong.Actor, intervals []Availability) (added int, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		added = 0
		for _, a := range intervals {
			if !a.From.Before(a.To) {
				return prolong.NewError(prolong.CodeInvalid, "error.availability_interval", prolong.Args{"From": a.From.Format(time.RFC3339), "To": a.To.Format(time.RFC3339)})
			}
			kind := "up"
			if a.Down {
				kind = "down"
			}
			var found bool
			var n int
			if err := tx.Pgx.QueryRow(ctx, `
				WITH s AS (SELECT id, account_id FROM subscriptions WHERE id = $1 AND metered),
				n AS (INSERT INTO availability (account_id, subscription_id, kind, starts_at, ends_at, source, actor, created_at)
					SELECT s.account_id, s.id, $2, $3, $4, $5, $6, $7 FROM s ON CONFLICT ON CONSTRAINT availability_once DO NOTHING RETURNING 1)
				SELECT EXISTS (SELECT 1 FROM s), (SELECT count(*) FROM n)`,
				int64(a.Subscription), kind, postgres.Instant(a.From), postgres.Instant(a.To), a.Source, actor.String(), tx.Now).Scan(&found, &n); err != nil {
				return err
			}
			if !found {
				return prolong.NewError(prolong.CodeNotFound, "error.subscription_not_metered", prolong.Args{"ID": int64(a.Subscription)})
			}
			added += n
		}
		return nil
	})
	return added, prolong.Wrap("billing.RecordAvailability", err)
}

// AvailableIn returns how long the service was fully available in a period of days of the zone:
// a day of 23 or 25 hours counts as long as it was.
func AvailableIn(ctx context.Context, tx postgres.Tx, sub SubscriptionID, period prolong.Period, zone *time.Location) (time.Duration, error) {
	var seconds float64
	err := tx.Pgx.QueryRow(ctx, `
		SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0)::float8
		FROM (SELECT unnest((coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE kind = 'up'), '{}'::tstzmultirange)
				- coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE kind = 'down'), '{}'::tstzmultirange)) * tstzmultirange(tstzrange($2, $3))) AS r
			FROM availability WHERE subscription_id = $1 AND starts_at < $3 AND ends_at > $2) x`,
		int64(sub), period.From.Start(zone), period.To.Start(zone)).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)).Round(time.Microsecond), prolong.Wrap("billing.AvailableIn", err)
}

// AvailabilityColumns are the columns of a file of intervals. A moment is written as RFC 3339,
// "2026-03-29T00:00:00+02:00"; state is up or down.
var AvailabilityColumns = []string{"account_external_id", "plan", "from", "to", "state"}

// ImportAvailability reads a file of intervals and stores them: all, or none with the lines that
// are wrong. A further column "source" may say where a line comes from.
func (s *Service) ImportAvailability(ctx context.Context, actor prolong.Actor, r io.Reader) (added int, bad []RowError, err error) {
	reader := csv.NewReader(r)
	header, err := reader.Read()
	if err != nil {
		return 0, nil, prolong.NewError(prolong.CodeInvalid, "error.csv_header", prolong.Args{"Columns": strings.Join(AvailabilityColumns, ",")}).Because(err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for _, name := range AvailabilityColumns {
		if _, ok := at[name]; !ok {
			return 0, nil, prolong.NewError(prolong.CodeInvalid, "error.csv_header", prolong.Args{"Columns": strings.Join(AvailabilityColumns, ",")})
		}
	}
	var list []Availability
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := reader.FieldPos(0)
		if err == nil {
			var a Availability
			if a, err = s.availabilityOf(ctx, row, at); err == nil {
				list = append(list, a)
				continue
			}
			if prolong.CodeOf(err) == prolong.CodeInternal {
				return 0, nil, prolong.Wrap("billing.ImportAvailability", err)
			}
		}
		bad = append(bad, RowError{Line: line, Err: err})
	}
	if len(bad) > 0 {
		return 0, bad, nil
	}
	added, err = s.RecordAvailability(ctx, actor, list)
	return added, nil, err
}

func (s *Service) availabilityOf(ctx context.Context, row []string, at map[string]int) (a Availability, err error) {
	if err := s.db.Pool.QueryRow(ctx, `SELECT coalesce((SELECT s.id FROM subscriptions s JOIN accounts a ON a.id = s.account_id JOIN plans p ON p.id = s.plan_id
		WHERE a.external_id = $1 AND p.key = $2 AND s.metered ORDER BY s.ended_on IS NOT NULL, s.id DESC LIMIT 1), 0)`, row[at["account_external_id"]], row[at["plan"]]).Scan((*int64)(&a.Subscription)); err != nil {
		return a, err
	}
	if a.Subscription == 0 {
		return a, prolong.NewError(prolong.CodeNotFound, "error.rent_not_found", prolong.Args{"Account": row[at["account_external_id"]], "Plan": row[at["plan"]]})
	}
	for name, to := range map[string]*time.Time{"from": &a.From, "to": &a.To} {
		if *to, err = time.Parse(time.RFC3339, row[at[name]]); err != nil {
			return a, prolong.NewError(prolong.CodeInvalid, "error.moment_invalid", prolong.Args{"Value": row[at[name]]}).Because(err)
		}
	}
	switch row[at["state"]] {
	case "up":
	case "down":
		a.Down = true
	default:
		return a, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "state", "Value": row[at["state"]], "Allowed": "up, down"})
	}
	if i, ok := at["source"]; ok {
		a.Source = row[i]
	}
	if !a.From.Before(a.To) {
		return a, prolong.NewError(prolong.CodeInvalid, "error.availability_interval", prolong.Args{"From": row[at["from"]], "To": row[at["to"]]})
	}
	return a, nil
}
