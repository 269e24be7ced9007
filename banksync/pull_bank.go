package banksync

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"prolong"
	"prolong/banksync/banks"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
)

const (
	// overlapDays are read again at every pull: five banking days, more than the three that banks
	// need to change what they have said (banks.md section 8).
	overlapDays = 7
	// pendingDays is how far back a line that is still pending is asked for: banks book it under
	// its old day. What is older than that never will be.
	pendingDays = 30
	// pullTimeout bounds the pull of one account; a claim on it ends then.
	pullTimeout = 15 * time.Minute
	// missedAnnounced is how many pulls in a row may fail before people are told.
	missedAnnounced = 2
	// backoffFirst is how long a bank is left alone after it was missed twice; it doubles with
	// every further miss up to backoffMax. Each is a minute short of the schedule's ticks.
	backoffFirst = 15 * time.Minute
	backoffMax   = 2 * time.Hour
	backoffSlack = time.Minute
)

// PullNow is Pull for a person: banks that are left alone after failures are asked too.
func (s *Service) PullNow(ctx context.Context, actor prolong.Actor) ([]Report, error) {
	return s.pull(ctx, actor, true)
}

// pullBanks asks the bank of every account that has one as its source. A bank that fails does
// not hold up the others.
func (s *Service) pullBanks(ctx context.Context, actor prolong.Actor, catalog billing.Catalog, now bool) ([]Report, error) {
	var reports []Report
	var failures []error
	for _, b := range bankAccounts(catalog) {
		if err := ctx.Err(); err != nil {
			return reports, errors.Join(append(failures, err)...)
		}
		started := s.db.Now()
		state, turn, err := s.claimSource(ctx, b, now)
		if err == nil && !turn {
			continue
		}
		var got []Report
		if turn && err == nil {
			report, pullErr := s.pullBank(ctx, actor, catalog, b, state)
			got, err = []Report{report}, pullErr
			reports = append(reports, report)
		}
		if ctx.Err() != nil {
			// We are being stopped; that is no miss of the bank's.
			return reports, errors.Join(append(failures, ctx.Err(), s.releaseSource(ctx, b))...)
		}
		failures = append(failures, err, s.recordPull(ctx, []billing.BankAccount{b}, started, got, err))
		if turn {
			failures = append(failures, s.settleSource(ctx, catalog, b, state, started, err))
		}
	}
	return reports, errors.Join(failures...)
}

// pullBank asks one bank for the days since the last good pull, with their overlap, and takes
// what is new.
func (s *Service) pullBank(ctx context.Context, actor prolong.Actor, catalog billing.Catalog, b billing.BankAccount, state sourceState) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	from, to, err := s.window(ctx, catalog, b, state)
	report := Report{Name: b.SourceKind + " " + b.Number + " " + from.String() + ".." + to.String(), Warnings: []statement.Warning{}}
	if err != nil || to.Before(from) {
		return report, err
	}
	source, err := s.source(b.SourceKind, state.settings)
	if err != nil {
		return report, err
	}
	answer, err := source.Fetch(ctx, banks.Account{Number: b.Number, BIC: b.BIC, Currency: b.Currency}, from, to)
	if err != nil {
		if code := prolong.CodeOf(err); code == prolong.CodeUnauthorized || code == prolong.CodeForbidden {
			s.reopen(b.SourceKind, state.settings)
		}
		return report, err
	}
	sum := sha256.Sum256(answer.Body)
	file := importFile{source: b.SourceKind, name: report.Name, sha256: sum[:], body: answer.Body}
	s.importing.Lock()
	defer s.importing.Unlock()
	for i := range answer.Statements {
		st := &answer.Statements[i]
		report.Warnings = append(report.Warnings, st.Warnings...)
		if st.Account != b.Number {
			report.UnknownAccounts = append(report.UnknownAccounts, st.Account)
			continue
		}
		report.Statements++
		report.Lines += len(st.Entries)
		file.format = string(st.Format)
		if err := s.importNews(ctx, actor, catalog, b, st, &file, &report); err != nil {
			return report, err
		}
	}
	return report, nil
}

// importNews imports what a statement tells that we do not know. Most pulls tell nothing new;
// they leave no trace but the time of the pull.
func (s *Service) importNews(ctx context.Context, actor prolong.Actor, catalog billing.Catalog, b billing.BankAccount, st *statement.Statement, file *importFile, report *Report) error {
	news := *st
	if st.Opening == nil && st.Closing == nil {
		// The days were derived from the rows; there is no balance to keep for them.
		news.From, news.To = prolong.Date{}, prolong.Date{}
	}
	balance := false
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		entries := linesOf(st.Entries)
		known, err := knownLines(ctx, tx, b.ID, entries)
		if err != nil {
			return err
		}
		news.Entries = nil
		for i := range entries {
			e := &entries[i]
			old, ok := known[e.Key]
			if !ok || old.settledBy(e) || old.reversedBy(e) || old.joinedBy(e) {
				news.Entries = append(news.Entries, *e)
			}
			if ok && old.status == string(statement.Booked) && old.minor != e.Amount.Minor() {
				s.log.ErrorContext(ctx, "the bank has changed the amount of a booked line", "account", b.Number, "line", int64(old.id), "before", old.minor, "now", e.Amount.Minor())
			}
		}
		balance, err = newBalance(ctx, tx, b.ID, &news)
		return err
	})
	if err != nil || len(news.Entries) == 0 && !balance {
		return err
	}
	return s.importStatement(ctx, actor, catalog, b, &news, file, report)
}

// newBalance says whether the statement states balances that are not stored as they are.
func newBalance(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, st *statement.Statement) (bool, error) {
	if st.From.IsZero() || st.To.IsZero() {
		return false, nil
	}
	var known bool
	err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM bank_balances WHERE bank_account_id = $1 AND period_from = $2 AND period_to = $3
		AND opening_minor IS NOT DISTINCT FROM $4 AND closing_minor IS NOT DISTINCT FROM $5)`, int64(bank), st.From, st.To, minorOf(st.Opening), minorOf(st.Closing)).Scan(&known)
	return !known, err
}

// window returns the days to ask for.
func (s *Service) window(ctx context.Context, catalog billing.Catalog, b billing.BankAccount, state sourceState) (from, to prolong.Date, err error) {
	to = catalog.Sellers[b.SellerID].Today(s.db.Now())
	from = to.AddDays(-overlapDays)
	if !state.through.IsZero() && state.through.Before(to) {
		from = state.through.AddDays(-overlapDays)
	}
	var pending *prolong.Date
	if err := s.db.Pool.QueryRow(ctx, `SELECT min(posted_on) FROM bank_lines WHERE bank_account_id = $1 AND posted_on >= $2 AND status = 'pending'`,
		int64(b.ID), to.AddDays(-pendingDays)).Scan(&pending); err != nil {
		return from, to, err
	}
	if pending != nil && pending.Before(from) {
		from = *pending
	}
	begins := state.begins
	if begins.IsZero() {
		if begins, err = s.begin(ctx, b, from); err != nil {
			return from, to, err
		}
	}
	if state.through.IsZero() || from.Before(begins) {
		from = begins
	}
	return from, to, nil
}

// begin decides the first day of a source that has none declared. Lines that came in files of
// another format have other keys and would not be recognised when the interface tells them
// again, so it begins after the last of them.
func (s *Service) begin(ctx context.Context, b billing.BankAccount, usual prolong.Date) (prolong.Date, error) {
	var last *prolong.Date
	if err := s.db.Pool.QueryRow(ctx, `
		SELECT max(l.posted_on) FROM bank_lines l JOIN bank_imports i ON i.id = l.import_id WHERE l.bank_account_id = $1 AND i.format <> $2`, int64(b.ID), b.SourceKind).Scan(&last); err != nil {
		return usual, err
	}
	begins := usual
	if last != nil && !last.Before(usual) {
		begins = last.AddDays(1)
		s.log.InfoContext(ctx, "the bank's interface begins after the last line from files", "account", b.Number, "begins", begins.String())
	}
	_, err := s.db.Pool.Exec(ctx, `UPDATE bank_sources SET begins_on = $2 WHERE bank_account_id = $1 AND begins_on IS NULL`, int64(b.ID), begins)
	return begins, err
}

// releaseSource gives a claim back that came to nothing.
func (s *Service) releaseSource(ctx context.Context, b billing.BankAccount) error {
	_, err := s.db.Pool.Exec(context.WithoutCancel(ctx), `UPDATE bank_sources SET next_at = NULL WHERE bank_account_id = $1`, int64(b.ID))
	return err
}

// settleSource records how a pull went: the position moves only when everything that the bank
// told is stored and posted.
func (s *Service) settleSource(ctx context.Context, catalog billing.Catalog, b billing.BankAccount, state sourceState, started time.Time, failure error) error {
	if failure == nil {
		if state.announced {
			s.log.InfoContext(ctx, "the bank answers again", "bank", b.Bank, "account", b.Number, "missed", state.missed)
		}
		_, err := s.db.Pool.Exec(ctx, `UPDATE bank_sources SET good_at = $2, good_through = greatest(good_through, $3), missed = 0, failure = '', announced_at = NULL, next_at = NULL
			WHERE bank_account_id = $1`, int64(b.ID), started, catalog.Sellers[b.SellerID].Today(started))
		return err
	}
	missed := state.missed + 1
	now := s.db.Now()
	var announced, next *time.Time
	if missed >= missedAnnounced && !state.announced {
		announced = &now
		s.log.ErrorContext(ctx, "the bank does not answer", "bank", b.Bank, "account", b.Number, "source", b.SourceKind, "missed", missed, "error", failure)
	}
	if wait := backoff(missed, failure); wait > 0 {
		at := now.Add(wait)
		next = &at
	}
	_, err := s.db.Pool.Exec(ctx, `UPDATE bank_sources SET missed = $2, failure = $3, announced_at = coalesce(announced_at, $4), next_at = $5 WHERE bank_account_id = $1`,
		int64(b.ID), missed, failure.Error(), announced, next)
	return err
}

// backoff is how long a bank is left alone after a number of misses: not at all after the
// first, and never shorter than the bank asked for.
func backoff(missed int, failure error) time.Duration {
	wait := time.Duration(0)
	if missed >= missedAnnounced {
		wait = min(backoffFirst<<min(missed-missedAnnounced, 8), backoffMax) - backoffSlack
	}
	if asked, ok := banks.Later(failure); ok {
		wait = max(wait, min(asked, 24*time.Hour))
	}
	return wait
}
