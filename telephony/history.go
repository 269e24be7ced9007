package telephony

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// The timing of reading the history. Rows appear up to a minute after the end of a call, and
// sometimes later: so windows overlap, and deeper looks follow.
const (
	historyOverlap   = 5 * time.Minute
	historyFirst     = 24 * time.Hour      // how far back a new line begins
	historyBackMax   = 30 * 24 * time.Hour // after a long outage
	historyStep      = 24 * time.Hour      // of one transaction-sized bite
	openCallAgeMax   = 4 * time.Hour       // a call without an end is asked for by its id
	openCallsPerPull = 20
)

// PullResult counts what a look into the history did.
type PullResult struct {
	Seen    int // calls in the window
	Changed int // calls that are new or different now
}

// PullHistory brings the ledger up to the exchange's history: from where the last look ended,
// less an overlap, to now. The cursor moves in the transaction of the calls that it has
// passed. It also ends calls whose end was never told. Returns CodeUnavailable if the exchange
// does not answer.
func (s *Service) PullHistory(ctx context.Context, lineKey string) (PullResult, error) {
	line, err := s.line(lineKey)
	if err != nil {
		return PullResult{}, trace("PullHistory", err)
	}
	now := s.db.Now()
	var cursor *time.Time
	if err := s.inTx(ctx, "PullHistory", func(ctx context.Context, tx postgres.Tx) error {
		if err := openLine(ctx, tx, lineKey); err != nil {
			return err
		}
		return tx.Pgx.QueryRow(ctx, `SELECT history_to FROM phone_lines WHERE key = $1`, lineKey).Scan(&cursor)
	}); err != nil {
		return PullResult{}, err
	}
	from := now.Add(-historyFirst)
	if cursor != nil {
		from = cursor.Add(-historyOverlap)
		if oldest := now.Add(-historyBackMax); from.Before(oldest) {
			s.log.WarnContext(ctx, "calls older than the look back are left out", slog.String("line", lineKey), slog.Time("from", from))
			from = oldest
		}
	}
	out, err := s.pull(ctx, line, from, now, true)
	if err == nil {
		err = s.endForgotten(ctx, line)
	}
	return out, errors.Join(err, s.notePull(context.WithoutCancel(ctx), lineKey, err))
}

// LookBack reads the history of an interval once more, for rows that came late: the last day
// every hour, the last six days every night. The cursor stays.
func (s *Service) LookBack(ctx context.Context, lineKey string, back time.Duration) (PullResult, error) {
	line, err := s.line(lineKey)
	if err != nil {
		return PullResult{}, trace("LookBack", err)
	}
	now := s.db.Now()
	return s.pull(ctx, line, now.Add(-back), now, false)
}

// pull reads [from, to) in bites and settles what it finds.
func (s *Service) pull(ctx context.Context, line Line, from, to time.Time, move bool) (PullResult, error) {
	var out PullResult
	for from.Before(to) {
		end := from.Add(historyStep)
		if end.After(to) {
			end = to
		}
		records, err := line.PBX.History(ctx, from, end)
		if err != nil {
			return out, trace("PullHistory", err)
		}
		changed, err := s.settleAll(ctx, line, records, end, move)
		out.Seen, out.Changed = out.Seen+len(records), out.Changed+changed
		if err != nil {
			return out, err
		}
		from = end
	}
	return out, nil
}

// settleAll settles the calls of a bite, in one transaction with the cursor.
func (s *Service) settleAll(ctx context.Context, line Line, records []Record, end time.Time, move bool) (changed int, err error) {
	err = s.inTx(ctx, "PullHistory", func(ctx context.Context, tx postgres.Tx) error {
		changed = 0
		fresh, err := s.different(ctx, tx, line, records)
		if err != nil {
			return err
		}
		for _, rec := range fresh {
			isChanged, err := s.settle(ctx, tx, line, rec)
			if err != nil {
				return err
			}
			if isChanged {
				changed++
			}
		}
		if !move {
			return nil
		}
		_, err = tx.Pgx.Exec(ctx, `UPDATE phone_lines SET history_to = greatest(history_to, $2) WHERE key = $1`, line.Key, end)
		return err
	})
	return changed, err
}

// different leaves out the records that are in the ledger just so, with one query for all:
// nearly everything in an overlap is.
func (s *Service) different(ctx context.Context, tx postgres.Tx, line Line, records []Record) ([]Record, error) {
	uuids := make([]string, 0, len(records))
	for _, r := range records {
		uuids = append(uuids, r.UUID)
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.line = $1 AND c.uuid = ANY($2)`, line.Key, uuids)
	list, err := postgres.Collect[callRow](rows, err)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*callRow, len(list))
	for i := range list {
		known[list[i].UUID] = &list[i]
	}
	var fresh []Record
	for _, rec := range records {
		if r := known[rec.UUID]; r != nil {
			if c := fromCallRow(r); !c.settle(line.Country, rec) {
				continue
			}
		}
		fresh = append(fresh, rec)
	}
	return fresh, nil
}

// settle takes one record over.
func (s *Service) settle(ctx context.Context, tx postgres.Tx, line Line, rec Record) (bool, error) {
	if rec.UUID == "" || rec.StartedAt.IsZero() || rec.EndedAt.IsZero() {
		return false, nil
	}
	r, there, err := lockCall(ctx, tx, line.Key, rec.UUID)
	if err != nil {
		return false, err
	}
	c := ledgerCall{}
	if there {
		c = fromCallRow(r)
	}
	ringing := there && r.State != StateEnded
	if !c.settle(line.Country, rec) {
		return false, nil
	}
	r.takeOver(c)
	if err := s.store(ctx, tx, line, r); err != nil {
		return false, err
	}
	if ringing { // whoever still sees it ring must learn that it is over
		return true, announce(ctx, tx, r)
	}
	return true, nil
}

// endForgotten asks for calls whose end was never told by their ids, and ends those that the
// exchange does not know either.
func (s *Service) endForgotten(ctx context.Context, line Line) error {
	now := s.db.Now()
	rows, err := s.db.Pool.Query(ctx, `SELECT uuid FROM calls WHERE line = $1 AND state <> 'ended' AND started_at < $2 ORDER BY started_at LIMIT $3`,
		line.Key, now.Add(-openCallAgeMax), openCallsPerPull)
	type row struct{ UUID string }
	open, err := postgres.Collect[row](rows, err)
	if err != nil {
		return trace("PullHistory", err)
	}
	for _, o := range open {
		rec, found, err := line.PBX.Find(ctx, o.UUID)
		if err != nil {
			return trace("PullHistory", err)
		}
		if err := s.inTx(ctx, "PullHistory", func(ctx context.Context, tx postgres.Tx) error {
			if found {
				_, err := s.settle(ctx, tx, line, rec)
				return err
			}
			r, there, err := lockCall(ctx, tx, line.Key, o.UUID)
			if err != nil || !there || r.State == StateEnded {
				return err
			}
			r.State, r.Outcome, r.EndedAt = StateEnded, OutcomeUnknown, &r.StartedAt
			if r.Direction == DirectionLocal {
				r.Outcome = ""
			}
			if err := saveCall(ctx, tx, r); err != nil {
				return err
			}
			return announce(ctx, tx, r)
		}); err != nil {
			return err
		}
	}
	return nil
}

// notePull writes down how a look ended.
func (s *Service) notePull(ctx context.Context, key string, failure error) error {
	now := s.db.Now()
	if failure == nil {
		_, err := s.db.Pool.Exec(ctx, `UPDATE phone_lines SET last_pull_at = $2, last_success_at = $2, last_error = '', failures = 0 WHERE key = $1`, key, now)
		return err
	}
	_, err := s.db.Pool.Exec(ctx, `UPDATE phone_lines SET last_pull_at = $2, last_error = $3, failures = failures + 1 WHERE key = $1`, key, now, clip(failure.Error(), 1000))
	return err
}

// LineStatus is the health of a line for the page of integrations.
type LineStatus struct {
	Key           string
	LastHookAt    time.Time
	LastPullAt    time.Time
	LastSuccessAt time.Time
	LastError     string
	Failures      int // in a row
	HookWaiting   int // webhooks that are stored and not read yet
	// HistoryOnly is the share of the last day's calls that no webhook told of: lost webhooks.
	HistoryOnly float64
}

// Lines returns the health of every configured line. Staff only.
func (s *Service) Lines(ctx context.Context, actor prolong.Actor) ([]LineStatus, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Lines", err)
	}
	type row struct {
		Key           string
		LastHookAt    *time.Time
		LastPullAt    *time.Time
		LastSuccessAt *time.Time
		LastError     string
		Failures      int
		Waiting       int
		Calls         int
		Told          int
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT l.key, l.last_hook_at, l.last_pull_at, l.last_success_at, l.last_error, l.failures,
			(SELECT count(*) FROM phone_hooks h WHERE h.line = l.key AND h.processed_at IS NULL) AS waiting,
			(SELECT count(*) FROM calls c WHERE c.line = l.key AND c.started_at > $1) AS calls,
			(SELECT count(*) FROM calls c WHERE c.line = l.key AND c.started_at > $1
				AND EXISTS (SELECT FROM phone_hooks h WHERE h.line = c.line AND h.dedupe_key LIKE c.uuid || ':%')) AS told
		FROM phone_lines l`, s.db.Now().AddDate(0, 0, -1))
	list, err := postgres.Collect[row](rows, err)
	if err != nil {
		return nil, trace("Lines", err)
	}
	byKey := map[string]row{}
	for _, r := range list {
		byKey[r.Key] = r
	}
	out := make([]LineStatus, 0, len(s.cfg.Lines))
	for _, l := range s.cfg.Lines {
		r := byKey[l.Key]
		st := LineStatus{
			Key: l.Key, LastHookAt: postgres.Value(r.LastHookAt), LastPullAt: postgres.Value(r.LastPullAt), LastSuccessAt: postgres.Value(r.LastSuccessAt),
			LastError: r.LastError, Failures: r.Failures, HookWaiting: r.Waiting,
		}
		if r.Calls > 0 {
			st.HistoryOnly = float64(r.Calls-r.Told) / float64(r.Calls)
		}
		out = append(out, st)
	}
	return out, nil
}
