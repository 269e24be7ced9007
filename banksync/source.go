package banksync

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/banks"
	"prolong/billing"
	"prolong/internal/postgres"
)

// bankSources are the open ways to banks. They live as long as the process, because they hold
// the pace that a bank allows and what it let us know for a while.
type bankSources struct {
	mu     sync.Mutex
	config *banks.Config
	open   map[string]banks.Source // by kind and settings: accounts with one access share one
}

// ConnectBanks says how banks are reached and where keys are read. Without it accounts whose
// source is a bank cannot be pulled. Clock and Logger default to the service's.
func (s *Service) ConnectBanks(c banks.Config) {
	if c.Clock == nil {
		c.Clock = s.db.Clock
	}
	if c.Logger == nil {
		c.Logger = s.log
	}
	s.banks.mu.Lock()
	defer s.banks.mu.Unlock()
	s.banks.config, s.banks.open = &c, map[string]banks.Source{}
}

// source returns the way to the bank that the settings declare.
func (s *Service) source(kind string, settings map[string]string) (banks.Source, error) {
	key, err := sourceKey(kind, settings)
	if err != nil {
		return nil, err
	}
	s.banks.mu.Lock()
	defer s.banks.mu.Unlock()
	if s.banks.config == nil {
		return nil, errors.New("banks are not connected: ConnectBanks was not called")
	}
	if open, ok := s.banks.open[key]; ok {
		return open, nil
	}
	opened, err := banks.Open(kind, settings, *s.banks.config)
	if err == nil {
		s.banks.open[key] = opened
	}
	return opened, err
}

// reopen forgets a way whose key the bank refused: the next pull reads the key again, where
// somebody may have put a new one.
func (s *Service) reopen(kind string, settings map[string]string) {
	key, err := sourceKey(kind, settings)
	if err != nil {
		return
	}
	s.banks.mu.Lock()
	defer s.banks.mu.Unlock()
	delete(s.banks.open, key)
}

func sourceKey(kind string, settings map[string]string) (string, error) {
	raw, err := json.Marshal(settings)
	return kind + " " + string(raw), err
}

// SourceSpec declares how the bank of an account is asked. The kind of the source is the bank
// account's (billing.BankAccount.SourceKind).
type SourceSpec struct {
	Number   string            // of the bank account
	Settings map[string]string // keys of banks/README.md; secrets as ${NAME} or file:PATH
}

// DeclareSources keeps the settings of sources, idempotently; the bank accounts are declared
// before (billing.Apply). What the bank has told already stays. A source that is declared again
// is tried at once. Returns CodeInvalid that names the setting, CodeNotFound for an account that
// no seller has.
func (s *Service) DeclareSources(ctx context.Context, specs []SourceSpec) error {
	return prolong.Wrap("banksync.DeclareSources", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		catalog, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		for _, spec := range specs {
			account, ok := catalog.BankAccountByNumber(spec.Number)
			if !ok {
				return prolong.NewError(prolong.CodeNotFound, "error.bank_account_unknown", prolong.Args{"Numbers": spec.Number, "File": "bank_accounts"})
			}
			if err := banks.Check(account.SourceKind, spec.Settings); err != nil {
				return err
			}
			settings := spec.Settings
			if settings == nil {
				settings = map[string]string{}
			}
			var since any
			if text := settings["since"]; text != "" {
				if since, err = prolong.ParseDate(text); err != nil {
					return err
				}
			}
			raw, err := json.Marshal(settings)
			if err != nil {
				return err
			}
			if _, err := tx.Pgx.Exec(ctx, `
				INSERT INTO bank_sources (bank_account_id, settings, begins_on) VALUES ($1, $2, $3)
				ON CONFLICT ON CONSTRAINT bank_sources_pkey DO UPDATE SET settings = excluded.settings, begins_on = coalesce(excluded.begins_on, bank_sources.begins_on), next_at = NULL`,
				int64(account.ID), raw, since); err != nil {
				return err
			}
		}
		return nil
	}))
}

// SourceStatus is how the interface of a bank is doing.
type SourceStatus struct {
	Number string // of the bank account
	Bank   string
	Kind   string
	// GoodAt is when the last pull that went well began, GoodThrough its last day; zero if none
	// has.
	GoodAt      time.Time
	GoodThrough prolong.Date
	// Missed counts the pulls that failed since then, Failure is why the last did.
	Missed  int
	Failure string
	// AnnouncedAt is when the bank was announced as not answering; zero while it answers.
	AnnouncedAt time.Time
	// NextAt is before when the bank is not asked again; zero: at the next pull.
	NextAt time.Time
}

// Lag returns how old our picture of the account is at the instant now; ok is false if there
// never was one.
func (x SourceStatus) Lag(now time.Time) (lag time.Duration, ok bool) {
	if x.GoodAt.IsZero() {
		return 0, false
	}
	return now.Sub(x.GoodAt), true
}

// Sources returns how the interfaces of banks are doing, by account number. Folders are told
// by LastPulls.
func (s *Service) Sources(ctx context.Context) ([]SourceStatus, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.Sources", err)
	}
	accounts := bankAccounts(catalog)
	ids := make([]int64, len(accounts))
	for i, b := range accounts {
		ids[i] = int64(b.ID)
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT b.place, x.good_at, x.good_through, coalesce(x.missed, 0), coalesce(x.failure, ''), x.announced_at, x.next_at
		FROM unnest($1::bigint[]) WITH ORDINALITY AS b (id, place) LEFT JOIN bank_sources x ON x.bank_account_id = b.id ORDER BY b.place`, ids)
	if err != nil {
		return nil, prolong.Wrap("banksync.Sources", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x SourceStatus, err error) {
		var goodAt, announcedAt, nextAt *time.Time
		var through *prolong.Date
		var place int
		err = row.Scan(&place, &goodAt, &through, &x.Missed, &x.Failure, &announcedAt, &nextAt)
		for _, t := range []struct {
			from *time.Time
			to   *time.Time
		}{{goodAt, &x.GoodAt}, {announcedAt, &x.AnnouncedAt}, {nextAt, &x.NextAt}} {
			if t.from != nil {
				*t.to = *t.from
			}
		}
		if through != nil {
			x.GoodThrough = *through
		}
		if err == nil {
			b := accounts[place-1]
			x.Number, x.Bank, x.Kind = b.Number, b.Bank, b.SourceKind
		}
		return x, err
	})
	return list, prolong.Wrap("banksync.Sources", err)
}

// sourceState is the row of a source that this process pulls now.
type sourceState struct {
	settings  map[string]string
	begins    prolong.Date // zero: not decided yet
	through   prolong.Date // zero: nothing was pulled yet
	missed    int
	announced bool
}

// claimSource takes a source for one pull, so that two processes do not ask the bank at the
// same time. ok is false if it is not its turn: somebody pulls it, or the bank is left alone. A
// claim whose process died ends by itself. Returns CodeInvalid if the source has no settings.
func (s *Service) claimSource(ctx context.Context, b billing.BankAccount, now bool) (x sourceState, ok bool, err error) {
	var raw []byte
	var begins, through *prolong.Date
	at := s.db.Now()
	err = s.db.Pool.QueryRow(ctx, `
		UPDATE bank_sources SET next_at = $3 WHERE bank_account_id = $1 AND ($4 OR next_at IS NULL OR next_at <= $2)
		RETURNING settings, begins_on, good_through, missed, announced_at IS NOT NULL`, int64(b.ID), at, at.Add(pullTimeout), now).
		Scan(&raw, &begins, &through, &x.missed, &x.announced)
	if err == nil {
		if begins != nil {
			x.begins = *begins
		}
		if through != nil {
			x.through = *through
		}
		return x, true, json.Unmarshal(raw, &x.settings)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return x, false, err
	}
	var declared bool
	if err := s.db.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM bank_sources WHERE bank_account_id = $1)`, int64(b.ID)).Scan(&declared); err != nil {
		return x, false, err
	}
	if !declared {
		return x, false, prolong.NewError(prolong.CodeInvalid, "error.bank_source_undeclared", prolong.Args{"Number": b.Number, "Kind": b.SourceKind})
	}
	return x, false, nil
}

// bankAccounts returns the accounts whose source is a bank, by number.
func bankAccounts(catalog billing.Catalog) []billing.BankAccount {
	var out []billing.BankAccount
	for _, b := range catalog.BankAccounts {
		if banks.Known(b.SourceKind) {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b billing.BankAccount) int {
		if a.Number < b.Number {
			return -1
		}
		return 1
	})
	return out
}
