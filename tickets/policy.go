package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// The limits and defaults of service levels.
const (
	targetMinutesMax = 366 * 24 * 60
	defaultCalendar  = "office"
	defaultPolicy    = "standard"
)

// PolicySpec is a service level as an administrator writes it.
type PolicySpec struct {
	Key     string
	Name    string
	Default bool     // for clients whose plan names no other, and for strangers
	Plans   []string // keys of the plans that it is promised to
	Targets []TargetSpec
}

// TargetSpec is one promise of a service level.
type TargetSpec struct {
	Priority     Priority
	Metric       Metric
	Minutes      int // of working time
	Calendar     string
	WarnPercents []int // of the budget, below 100
}

// ApplyCalendars makes the calendars as the specifications say. A changed calendar gets a new
// version; clocks that are running by the old one go on by the new one from now, what they
// have used stays used; finished clocks keep their version. Calendars that are not named stay
// as they are. Returns how many were new or changed; CodeInvalid names the bad place.
func (s *Service) ApplyCalendars(ctx context.Context, actor prolong.Actor, specs []CalendarSpec) (changed int, err error) {
	if err := requireStaff(actor); err != nil {
		return 0, trace("ApplyCalendars", err)
	}
	err = s.inTx(ctx, "ApplyCalendars", func(ctx context.Context, tx postgres.Tx) error {
		changed = 0
		for _, spec := range specs {
			if _, err := NewCalendar(spec); err != nil {
				return err
			}
			if spec.Key == "" {
				return calendarError(spec.Name, "key", "")
			}
			new, err := s.applyCalendar(ctx, tx, actor, spec)
			if err != nil {
				return err
			}
			if new {
				changed++
			}
		}
		return nil
	})
	return changed, err
}

func (s *Service) applyCalendar(ctx context.Context, tx postgres.Tx, actor prolong.Actor, spec CalendarSpec) (bool, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return false, err
	}
	var id int64
	var version int
	// insert first: a row that does not exist yet cannot be locked
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO support_calendars (key, version) VALUES ($1, 1) ON CONFLICT (key) DO NOTHING`, spec.Key); err != nil {
		return false, err
	}
	if err := tx.Pgx.QueryRow(ctx, `SELECT id, version FROM support_calendars WHERE key = $1 FOR UPDATE`, spec.Key).Scan(&id, &version); err != nil {
		return false, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT calendar_id, version, spec FROM support_calendar_versions WHERE calendar_id = $1 AND version = $2`, id, version)
	before, err := postgres.CollectOne[calendarRow](rows, err)
	switch {
	case errors.Is(err, postgres.ErrNoRow):
		version = 1
	case err != nil:
		return false, err
	default:
		var old CalendarSpec
		if err := json.Unmarshal(before.Spec, &old); err != nil {
			return false, err
		}
		var same CalendarSpec // compare in the stored form
		if err := json.Unmarshal(text, &same); err != nil {
			return false, err
		}
		if reflect.DeepEqual(old, same) {
			return false, nil
		}
		version++
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO support_calendar_versions (calendar_id, version, spec, actor, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, version, text, actor.String(), tx.Now); err != nil {
		return false, err
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE support_calendars SET version = $2 WHERE id = $1`, id, version); err != nil {
		return false, err
	}
	if version == 1 {
		return true, nil
	}
	return true, s.enqueuer.Enqueue(ctx, tx, RecalculateArgs{CalendarID: id, At: moment(tx)})
}

// ApplyPolicies makes the service levels as the specifications say, targets and plans
// included. Tickets that are open get the new targets when they are next touched by a change
// of priority or client; promises already given stay. Returns CodeInvalid for an unknown
// calendar, priority or metric and for a second default.
func (s *Service) ApplyPolicies(ctx context.Context, actor prolong.Actor, specs []PolicySpec) error {
	if err := requireStaff(actor); err != nil {
		return trace("ApplyPolicies", err)
	}
	return s.inTx(ctx, "ApplyPolicies", func(ctx context.Context, tx postgres.Tx) error {
		for _, spec := range specs {
			if err := checkPolicy(spec); err != nil {
				return err
			}
			if err := applyPolicy(ctx, tx, spec); err != nil {
				return err
			}
		}
		return nil
	})
}

func checkPolicy(spec PolicySpec) error {
	bad := func(place, value string) error {
		return prolong.NewError(prolong.CodeInvalid, "error.tickets_policy_invalid", prolong.Args{"Policy": spec.Key, "Place": place, "Value": value})
	}
	if spec.Key == "" || spec.Name == "" {
		return bad("key, name", spec.Key+spec.Name)
	}
	for _, t := range spec.Targets {
		switch {
		case !slices.Contains(Priorities(), t.Priority):
			return bad("priority", string(t.Priority))
		case t.Metric != MetricFirstResponse && t.Metric != MetricNextResponse && t.Metric != MetricResolution:
			return bad("metric", string(t.Metric))
		case t.Minutes <= 0 || t.Minutes > targetMinutesMax:
			return bad("minutes", string(t.Priority)+"."+string(t.Metric))
		case slices.ContainsFunc(t.WarnPercents, func(p int) bool { return p < 1 || p > 99 }):
			return bad("warn_percents", string(t.Priority)+"."+string(t.Metric))
		}
	}
	return nil
}

func applyPolicy(ctx context.Context, tx postgres.Tx, spec PolicySpec) error {
	if spec.Default { // the new default takes the place of the old one
		if _, err := tx.Pgx.Exec(ctx, `UPDATE sla_policies SET is_default = false WHERE is_default AND key <> $1`, spec.Key); err != nil {
			return err
		}
	}
	var id int64
	if err := tx.Pgx.QueryRow(ctx, `INSERT INTO sla_policies (key, name, is_default) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET name = excluded.name, is_default = excluded.is_default RETURNING id`, spec.Key, spec.Name, spec.Default).Scan(&id); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `DELETE FROM sla_targets WHERE policy_id = $1`, id); err != nil {
		return err
	}
	for _, t := range spec.Targets {
		percents := t.WarnPercents
		if percents == nil {
			percents = []int{}
		}
		tag, err := tx.Pgx.Exec(ctx, `INSERT INTO sla_targets (policy_id, priority, metric, minutes, calendar_id, warn_percents)
			SELECT $1, $2, $3, $4, c.id, $6 FROM support_calendars c WHERE c.key = $5`, id, t.Priority, t.Metric, t.Minutes, t.Calendar, percents)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.tickets_policy_invalid", prolong.Args{"Policy": spec.Key, "Place": "calendar", "Value": t.Calendar})
		}
	}
	if _, err := tx.Pgx.Exec(ctx, `DELETE FROM sla_policy_plans WHERE policy_id = $1 AND plan_key <> ALL($2)`, id, append([]string{}, spec.Plans...)); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO sla_policy_plans (plan_key, policy_id) SELECT unnest($2::text[]), $1
		ON CONFLICT (plan_key) DO UPDATE SET policy_id = excluded.policy_id`, id, append([]string{}, spec.Plans...))
	return err
}

// EnsureDefaults gives an empty installation an office calendar (Monday to Friday, 9 to 18, in
// the given zone) and a service level, so that tickets are counted from the first day. It
// changes nothing where a service level exists.
func (s *Service) EnsureDefaults(ctx context.Context, actor prolong.Actor, zone string) error {
	var exists bool
	if err := s.db.Reader(ctx).QueryRow(ctx, `SELECT EXISTS (SELECT FROM sla_policies)`).Scan(&exists); err != nil || exists {
		return trace("EnsureDefaults", err)
	}
	hours := map[string][]string{}
	for _, d := range weekdayKeys[1:6] {
		hours[d] = []string{"09:00-18:00"}
	}
	if _, err := s.ApplyCalendars(ctx, actor, []CalendarSpec{{Key: defaultCalendar, Name: "Office", TimeZone: zone, Week: hours}}); err != nil {
		return err
	}
	spec := PolicySpec{Key: defaultPolicy, Name: "Standard", Default: true}
	for _, t := range []struct {
		priority                Priority
		first, next, resolution time.Duration
	}{
		{PriorityLow, 9 * time.Hour, 9 * time.Hour, 45 * time.Hour},
		{PriorityNormal, 4 * time.Hour, 4 * time.Hour, 27 * time.Hour},
		{PriorityHigh, 2 * time.Hour, 2 * time.Hour, 9 * time.Hour},
		{PriorityUrgent, 30 * time.Minute, time.Hour, 4 * time.Hour},
	} {
		for metric, d := range map[Metric]time.Duration{MetricFirstResponse: t.first, MetricNextResponse: t.next, MetricResolution: t.resolution} {
			spec.Targets = append(spec.Targets, TargetSpec{t.priority, metric, int(d.Minutes()), defaultCalendar, []int{50, 80}})
		}
	}
	return s.ApplyPolicies(ctx, actor, []PolicySpec{spec})
}

// calendarRow is a row of support_calendar_versions.
type calendarRow struct {
	CalendarID int64
	Version    int
	Spec       []byte
}

// calendarKey names a version of a calendar.
type calendarKey struct {
	id      int64
	version int
}

// loadCalendars returns versions of calendars.
func loadCalendars(ctx context.Context, tx postgres.Tx, keys []calendarKey) (map[calendarKey]Calendar, error) {
	ids, versions := make([]int64, 0, len(keys)), make([]int, 0, len(keys))
	for _, k := range keys {
		ids, versions = append(ids, k.id), append(versions, k.version)
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT v.calendar_id, v.version, v.spec FROM support_calendar_versions v
		JOIN unnest($1::bigint[], $2::int[]) AS k (id, version) ON k.id = v.calendar_id AND k.version = v.version`, ids, versions)
	list, err := postgres.Collect[calendarRow](rows, err)
	if err != nil {
		return nil, err
	}
	out := make(map[calendarKey]Calendar, len(list))
	for _, r := range list {
		var spec CalendarSpec
		if err := json.Unmarshal(r.Spec, &spec); err != nil {
			return nil, err
		}
		c, err := NewCalendar(spec)
		if err != nil {
			return nil, err
		}
		out[calendarKey{r.CalendarID, r.Version}] = c
	}
	return out, nil
}

// targetRow is a promise with the calendar version that is in force.
type targetRow struct {
	Metric       Metric
	Minutes      int
	CalendarID   int64
	Version      int
	WarnPercents []int
}

// policyFor returns the service level of a client, nil if none is set up. strangers and
// clients whose plan names none have the default.
func (s *Service) policyFor(ctx context.Context, tx postgres.Tx, accountID *int64) (*int64, error) {
	plan := ""
	if accountID != nil {
		var err error
		if plan, err = s.clients.Plan(ctx, tx, *accountID); err != nil {
			return nil, err
		}
	}
	var id *int64
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT policy_id FROM sla_policy_plans WHERE plan_key = $1), (SELECT id FROM sla_policies WHERE is_default))`, plan).Scan(&id)
	return id, err
}

// targets returns the promises of a service level for a priority, by metric.
func targets(ctx context.Context, tx postgres.Tx, policyID *int64, priority Priority) (map[Metric]targetRow, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT t.metric, t.minutes, t.calendar_id, c.version, t.warn_percents
		FROM sla_targets t JOIN support_calendars c ON c.id = t.calendar_id WHERE t.policy_id = $1 AND t.priority = $2`, policyID, priority)
	list, err := postgres.Collect[targetRow](rows, err)
	byMetric := map[Metric]targetRow{}
	for _, r := range list {
		byMetric[r.Metric] = r
	}
	return byMetric, err
}

// WorkingDeadline returns the instant at which budget of working time has passed since from,
// by the calendar in force under a key: for packages above that promise something of their
// own. Returns CodeInvalid for an unknown calendar.
func (s *Service) WorkingDeadline(ctx context.Context, tx postgres.Tx, calendar string, from time.Time, budget time.Duration) (time.Time, error) {
	var key calendarKey
	err := tx.Pgx.QueryRow(ctx, `SELECT id, version FROM support_calendars WHERE key = $1`, calendar).Scan(&key.id, &key.version)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, calendarError(calendar, "key", calendar)
	}
	if err != nil {
		return time.Time{}, err
	}
	calendars, err := loadCalendars(ctx, tx, []calendarKey{key})
	if err != nil {
		return time.Time{}, err
	}
	return calendars[key].Deadline(from, budget)
}
