package banksync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// liveSnapshot is what matching knows of a seller's clients, kept in memory from import to
// import and brought up to date by what the database notes as changed (match_changes).
type liveSnapshot struct {
	snapshot *match.Snapshot
	// seen is the oldest transaction that was open at the last look: changes of it and of later
	// ones may not be in the snapshot yet. Reading a change twice does no harm.
	seen  string
	built time.Time
}

// snapshots are the snapshots of all sellers; the lock is held while one is read or built, not
// while it is used.
type snapshots struct {
	mu       sync.Mutex
	bySeller map[billing.SellerID]*liveSnapshot
}

const (
	// snapshotLife is after how long a snapshot is read anew: closed numbers become too old for
	// it by and by.
	snapshotLife = 24 * time.Hour
	// changesKept is how long changes are noted: longer than a snapshot lives.
	changesKept = 3 * 24 * time.Hour
	// changesMax is how many changed accounts are read one by one; more are read as a whole.
	changesMax = 200_000
	// reloadBatch bounds the accounts of one query.
	reloadBatch = 5000
)

// snapshotOf returns what matching knows of a seller's clients as the database has it now: the
// accounts, their open invoices, closed numbers that do not carry the account's code, aliases.
// What an import posts it tells the snapshot itself; whatever others do meanwhile is brought in
// under the locks (refresh). If a transaction fails after it told the snapshot something, the
// snapshot is wrong and must be forgotten (forgetSnapshot).
func (s *Service) snapshotOf(ctx context.Context, seller billing.SellerID, today prolong.Date) (*match.Snapshot, error) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	live := s.snapshots.bySeller[seller]
	if live == nil || s.db.Now().Sub(live.built) > snapshotLife || s.db.Now().Before(live.built) {
		return s.rebuild(ctx, seller, today)
	}
	fresh, err := s.catchUp(ctx, live, seller, today)
	if err != nil {
		delete(s.snapshots.bySeller, seller)
		return nil, err
	}
	if !fresh {
		return s.rebuild(ctx, seller, today)
	}
	return live.snapshot, nil
}

// forgetSnapshot drops a snapshot that was told what then did not come to pass.
func (s *Service) forgetSnapshot(seller billing.SellerID) {
	s.snapshots.mu.Lock()
	defer s.snapshots.mu.Unlock()
	delete(s.snapshots.bySeller, seller)
}

// rebuild reads a snapshot from nothing and keeps it.
func (s *Service) rebuild(ctx context.Context, seller billing.SellerID, today prolong.Date) (*match.Snapshot, error) {
	delete(s.snapshots.bySeller, seller)
	live, err := s.readSnapshot(ctx, seller, today)
	if err != nil {
		return nil, err
	}
	if s.snapshots.bySeller == nil {
		s.snapshots.bySeller = map[billing.SellerID]*liveSnapshot{}
	}
	s.snapshots.bySeller[seller] = live
	_, err = s.db.Pool.Exec(ctx, `DELETE FROM match_changes WHERE at < $1`, s.db.Now().Add(-changesKept))
	return live.snapshot, err
}

func (s *Service) readSnapshot(ctx context.Context, seller billing.SellerID, today prolong.Date) (*liveSnapshot, error) {
	snapshot, err := match.NewSnapshot(match.Builder{})
	if err != nil {
		return nil, err
	}
	live := &liveSnapshot{snapshot: snapshot, built: s.db.Now()}
	// The mark is taken before anything is read: what changes while we read is read again.
	if err := s.db.Pool.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text`).Scan(&live.seen); err != nil {
		return nil, err
	}
	if _, err := s.loadAccounts(ctx, seller, nil, snapshot); err != nil {
		return nil, err
	}
	if _, err := s.loadInvoices(ctx, seller, today, nil, snapshot); err != nil {
		return nil, err
	}
	if err := s.loadVocabulary(ctx, seller, snapshot); err != nil {
		return nil, err
	}
	return live, s.loadAliases(ctx, seller, nil, snapshot)
}

// catchUp brings a snapshot up to date. fresh is false if too much has changed.
func (s *Service) catchUp(ctx context.Context, live *liveSnapshot, seller billing.SellerID, today prolong.Date) (fresh bool, err error) {
	var seen string
	var changed []int64
	// One statement sees one state of the database: the mark fits the list.
	if err := s.db.Pool.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
		ARRAY(SELECT DISTINCT account_id FROM match_changes WHERE xid >= $2::text::xid8 AND seller_id = $1 LIMIT $3)`, int64(seller), live.seen, changesMax+1).Scan(&seen, &changed); err != nil {
		return false, err
	}
	if len(changed) > changesMax {
		return false, nil
	}
	for len(changed) > 0 {
		batch := changed[:min(reloadBatch, len(changed))]
		changed = changed[len(batch):]
		if err := s.reload(ctx, live.snapshot, seller, today, batch); err != nil {
			return false, err
		}
	}
	live.seen = seen
	return true, nil
}

// reload reads accounts again, with all that belongs to them.
func (s *Service) reload(ctx context.Context, snapshot *match.Snapshot, seller billing.SellerID, today prolong.Date, ids []int64) error {
	found, err := s.loadAccounts(ctx, seller, ids, snapshot)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id == 0 {
			if err := s.loadVocabulary(ctx, seller, snapshot); err != nil {
				return err
			}
		} else if !found[id] {
			if err := snapshot.Apply(match.AccountRemoved{ID: id}); err != nil {
				return err
			}
		}
	}
	open, err := s.loadInvoices(ctx, seller, today, ids, snapshot)
	if err != nil {
		return err
	}
	for id := range found {
		for _, inv := range snapshot.Open(id) {
			if !open[inv.ID] {
				if err := snapshot.Apply(match.InvoiceClosed{ID: inv.ID, AccountID: id, Number: inv.Number}); err != nil {
					return err
				}
			}
		}
	}
	return s.loadAliases(ctx, seller, ids, snapshot)
}

// loadAccounts tells the snapshot of accounts, all of a seller's if ids is nil, and returns
// which of the asked ones there are.
func (s *Service) loadAccounts(ctx context.Context, seller billing.SellerID, ids []int64, snapshot *match.Snapshot) (found map[int64]bool, err error) {
	// Subscriptions are put together before they are joined: account by account the database would
	// look for them once each, by whatever plan its statistics of that hour suggest.
	// What a period costs is what the last invoice said: a subscription has a price of its own only where
	// it differs from its plan's.
	const columns = `SELECT a.id, a.payment_code, a.tax_id, a.legal_form, a.name, a.kpp, a.bank_account, coalesce(s.currency, ''), coalesce(i.total_minor, s.price_minor, 0) FROM published_accounts a
		LEFT JOIN (SELECT DISTINCT ON (account_id) account_id, total_minor FROM published_invoices WHERE seller_id = $1 AND status <> 'void' AND issued_on > $2%s ORDER BY account_id, issued_on DESC, id DESC) i ON i.account_id = a.id
		LEFT JOIN (SELECT account_id, max(currency) AS currency, max(price_minor) AS price_minor FROM published_subscriptions WHERE ended_on IS NULL AND `
	query, args := fmt.Sprintf(columns, "")+`seller_id = $1 GROUP BY account_id) s ON s.account_id = a.id WHERE a.seller_id = $1`, []any{int64(seller), s.db.Now().AddDate(0, 0, -priceSinceDays)}
	if ids != nil {
		query, args = fmt.Sprintf(columns, ` AND account_id = ANY($3)`)+`account_id = ANY($3) GROUP BY account_id) s ON s.account_id = a.id WHERE a.seller_id = $1 AND a.id = ANY($3)`, append(args, ids)
	}
	rows, err := s.db.Pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	found = make(map[int64]bool, len(ids))
	var a match.Account
	var taxID, form, name, bank string
	_, err = pgx.ForEachRow(rows, []any{&a.ID, (*string)(&a.Code), &taxID, &form, &name, &a.KPP, &bank, (*string)(&a.Currency), &a.PriceMinor}, func() error {
		a.Name, a.TaxIDs, a.BankAccounts = billing.LegalName(form, name), nil, nil
		if taxID != "" {
			a.TaxIDs = []string{taxID}
		}
		if bank != "" {
			a.BankAccounts = []string{bank}
		}
		if ids != nil {
			found[a.ID] = true
		}
		return snapshot.Apply(match.AccountPut{Account: a})
	})
	return found, err
}

// priceSinceDays bounds how old an invoice may be that tells an account's price.
const priceSinceDays = 100

// loadVocabulary tells the snapshot what the seller's plans are called: words that a purpose of
// payment for them may have.
func (s *Service) loadVocabulary(ctx context.Context, seller billing.SellerID, snapshot *match.Snapshot) error {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return err
	}
	var plans []string
	for _, id := range slices.Sorted(maps.Keys(catalog.Plans)) {
		if p := catalog.Plans[id]; p.SellerID == seller {
			plans = append(plans, p.Name)
		}
	}
	return snapshot.Apply(match.VocabularySet{Words: plans})
}

// closedSinceDays bounds how far back closed numbers are remembered: payers copy last month's
// order, not that of years ago.
const closedSinceDays = 800

// loadInvoices tells the snapshot of open invoices and of closed numbers that do not carry the
// account's code: those with it are known by the code. It returns which invoices of the asked
// accounts are open.
func (s *Service) loadInvoices(ctx context.Context, seller billing.SellerID, today prolong.Date, ids []int64, snapshot *match.Snapshot) (open map[int64]bool, err error) {
	const columns = `SELECT i.id, i.account_id, i.number, i.status, i.currency, i.total_minor - i.credited_minor - i.paid_minor, i.tax_minor, i.issued_on, i.due_on, i.period_from, i.period_to FROM published_invoices i `
	// Years of closed invoices are not looked at: such numbers have accounts that had another code,
	// and invoices from other programs (invoices_own_number).
	const closed = ` UNION ALL ` + columns + `JOIN published_accounts a ON a.id = i.account_id WHERE i.seller_id = $1 AND i.status <> 'open' AND i.issued_on > $2 AND i.number NOT LIKE a.payment_code || '-%'
		AND i.number `
	which, args := ``, []any{int64(seller), today.AddDays(-closedSinceDays)}
	if ids != nil {
		which, args = ` AND i.account_id = ANY($3)`, append(args, ids)
	}
	rows, err := s.db.Pool.Query(ctx, columns+`WHERE i.seller_id = $1 AND i.status = 'open'`+which+
		closed+`!~ '^[0-9]{8,10}-[0-9]+$'`+which+closed+`~ '^[0-9]{8,10}-[0-9]+$' AND i.account_id IN (SELECT account_id FROM published_former_codes)`+which, args...)
	if err != nil {
		return nil, err
	}
	open = make(map[int64]bool, len(ids))
	var inv match.Invoice
	var status, cur string
	var residual int64
	_, err = pgx.ForEachRow(rows, []any{&inv.ID, &inv.AccountID, &inv.Number, &status, &cur, &residual, &inv.VATMinor, &inv.IssuedOn, &inv.DueOn, &inv.Period.From, &inv.Period.To}, func() error {
		if status != "open" {
			return snapshot.Apply(match.InvoiceClosed{AccountID: inv.AccountID, Number: inv.Number})
		}
		if ids != nil {
			open[inv.ID] = true
		}
		inv.Residual = prolong.NewMoney(residual, prolong.Currency(cur))
		return snapshot.Apply(match.InvoicePut{Invoice: inv})
	})
	return open, err
}

func (s *Service) loadAliases(ctx context.Context, seller billing.SellerID, ids []int64, snapshot *match.Snapshot) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.kind, l.value, l.account_id, CASE WHEN l.state = 'active' AND l.last_seen < $3 THEN 'candidate' ELSE l.state END, l.confirmations FROM payer_aliases l JOIN published_accounts a ON a.id = l.account_id
		WHERE a.seller_id = $1 AND ($2::bigint[] IS NULL OR l.account_id = ANY($2))`, int64(seller), ids, decayed(s.db.Now()))
	if err != nil {
		return err
	}
	var alias match.Alias
	_, err = pgx.ForEachRow(rows, []any{(*string)(&alias.Kind), &alias.Value, &alias.AccountID, (*string)(&alias.State), &alias.Confirmations}, func() error {
		return snapshot.Apply(match.AliasPut{Alias: alias})
	})
	return err
}
