package banksync

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
)

// history goes once more through what happened, in its order: invoices are issued and voided,
// money is put on them and taken off, aliases are taught, payments are decided. At every
// decision of the matching it has the snapshot as it was then. Requisites of accounts are those
// of today: earlier ones are not kept.
type history struct {
	service  *Service
	seller   billing.SellerID
	catalog  billing.Catalog
	accounts []int64 // nil: all of the seller
	payments []int64 // whose decisions are shown; nil: all
	taught   bool    // aliases as they were; else none but those that the caller puts in

	snapshot *match.Snapshot
	open     map[int64]match.Invoice
}

// decided is a payment that matching decided by itself, and where it is now.
type decided struct {
	payment  match.Payment // ID is that of the line
	id       billing.PaymentID
	lineID   LineID
	reversal bool
	before   match.Decision
	at       time.Time
	state    billing.PaymentState // now
	account  billing.AccountID    // now; 0 unless matched
	settled  bool                 // a person or the rules have given it to somebody, or said that it is not ours
	parts    []int64              // accounts of its parts, if it was split
}

// moment orders what happens at one instant: within an import all rows have the same time, and
// its payments follow one another.
type moment struct {
	at      time.Time
	payment int64
	step    int
}

func (m moment) before(o moment) bool {
	return cmp.Or(m.at.Compare(o.at), cmp.Compare(m.payment, o.payment), cmp.Compare(m.step, o.step)) < 0
}

// stream is a sorted list of events that is read row by row.
type stream struct {
	rows pgx.Rows
	next func() (moment, func() error, error) // reads the current row
	at   moment
	do   func() error
	done bool
}

func (x *stream) advance() error {
	if !x.rows.Next() {
		x.done = true
		return x.rows.Err()
	}
	var err error
	x.at, x.do, err = x.next()
	return err
}

// replay calls decide for every decision, the oldest first.
func (h *history) replay(ctx context.Context, decide func(d decided) error) error {
	snapshot, err := match.NewSnapshot(match.Builder{})
	if err != nil {
		return err
	}
	if h.snapshot == nil {
		h.snapshot = snapshot
	}
	h.open = map[int64]match.Invoice{}
	if _, err := h.service.loadAccounts(ctx, h.seller, h.accounts, h.snapshot); err != nil {
		return err
	}
	if err := h.service.loadVocabulary(ctx, h.seller, h.snapshot); err != nil {
		return err
	}
	var streams []*stream
	defer func() {
		for _, x := range streams {
			x.rows.Close()
		}
	}()
	for _, open := range []func(context.Context) (*stream, error){h.invoices, h.voids, h.allocations, h.aliases, func(ctx context.Context) (*stream, error) { return h.decisions(ctx, decide) }} {
		x, err := open(ctx)
		if err != nil {
			return err
		}
		streams = append(streams, x)
		if err := x.advance(); err != nil {
			return err
		}
	}
	for {
		var first *stream
		for _, x := range streams {
			if !x.done && (first == nil || x.at.before(first.at)) {
				first = x
			}
		}
		if first == nil {
			return nil
		}
		if err := first.do(); err != nil {
			return err
		}
		if err := first.advance(); err != nil {
			return err
		}
	}
}

func (h *history) invoices(ctx context.Context) (*stream, error) {
	rows, err := h.service.db.Pool.Query(ctx, `SELECT id, account_id, number, currency, total_minor, tax_minor, issued_on, due_on, period_from, period_to, created_at FROM published_invoices
		WHERE seller_id = $1 AND ($2::bigint[] IS NULL OR account_id = ANY($2)) ORDER BY created_at, id`, int64(h.seller), h.accounts)
	return &stream{rows: rows, next: func() (at moment, do func() error, err error) {
		var inv match.Invoice
		var cur string
		var total int64
		err = rows.Scan(&inv.ID, &inv.AccountID, &inv.Number, &cur, &total, &inv.VATMinor, &inv.IssuedOn, &inv.DueOn, &inv.Period.From, &inv.Period.To, &at.at)
		inv.Residual = prolong.NewMoney(total, prolong.Currency(cur))
		return at, func() error {
			h.open[inv.ID] = inv
			return h.snapshot.Apply(match.InvoicePut{Invoice: inv})
		}, err
	}}, err
}

// voids tells when invoices were voided: with the invoice that took their place, else by the
// end of the day.
func (h *history) voids(ctx context.Context) (*stream, error) {
	rows, err := h.service.db.Pool.Query(ctx, `
		SELECT id, account_id, number, at FROM (
			SELECT i.id, i.account_id, i.number, coalesce((SELECT min(r.created_at) FROM published_invoices r WHERE r.subscription_id = i.subscription_id AND r.period_from = i.period_from AND r.id > i.id),
				(i.voided_on + 1)::timestamptz) AS at
			FROM published_invoices i WHERE i.seller_id = $1 AND i.status = 'void' AND ($2::bigint[] IS NULL OR i.account_id = ANY($2))) v ORDER BY at, id`, int64(h.seller), h.accounts)
	return &stream{rows: rows, next: func() (at moment, do func() error, err error) {
		var c match.InvoiceClosed
		at.step = 1
		err = rows.Scan(&c.ID, &c.AccountID, &c.Number, &at.at)
		return at, func() error {
			delete(h.open, c.ID)
			return h.snapshot.Apply(c)
		}, err
	}}, err
}

func (h *history) allocations(ctx context.Context) (*stream, error) {
	rows, err := h.service.db.Pool.Query(ctx, `
		SELECT al.invoice_id, al.amount_minor, al.payment_id, al.created_at FROM published_allocations al JOIN published_invoices i ON i.id = al.invoice_id
		WHERE i.seller_id = $1 AND ($2::bigint[] IS NULL OR i.account_id = ANY($2)) ORDER BY al.created_at, al.payment_id, al.id`, int64(h.seller), h.accounts)
	return &stream{rows: rows, next: func() (at moment, do func() error, err error) {
		var invoice, minor int64
		at.step = 1
		err = rows.Scan(&invoice, &minor, &at.payment, &at.at)
		return at, func() error {
			inv, ok := h.open[invoice]
			if !ok {
				return nil // taken off with the void
			}
			inv.Residual = prolong.NewMoney(inv.Residual.Minor()-minor, inv.Residual.Currency())
			h.open[invoice] = inv
			return h.snapshot.Apply(match.InvoicePut{Invoice: inv})
		}, err
	}}, err
}

func (h *history) aliases(ctx context.Context) (*stream, error) {
	rows, err := h.service.db.Pool.Query(ctx, `
		SELECT l.kind, l.value, l.account_id, e.state, e.confirmations, e.at FROM payer_alias_events e JOIN payer_aliases l ON l.id = e.alias_id JOIN published_accounts a ON a.id = l.account_id
		WHERE $3 AND a.seller_id = $1 AND ($2::bigint[] IS NULL OR l.account_id = ANY($2)) ORDER BY e.at, e.id`, int64(h.seller), h.accounts, h.taught)
	return &stream{rows: rows, next: func() (at moment, do func() error, err error) {
		var a match.Alias
		at.payment = 1<<63 - 1
		err = rows.Scan((*string)(&a.Kind), &a.Value, &a.AccountID, (*string)(&a.State), &a.Confirmations, &at.at)
		return at, func() error { return h.snapshot.Apply(match.AliasPut{Alias: a}) }, err
	}}, err
}

func (h *history) decisions(ctx context.Context, decide func(d decided) error) (*stream, error) {
	rows, err := h.service.db.Pool.Query(ctx, `
		SELECT p.id, p.state, coalesce(p.account_id, 0), d.decision, d.created_at, l.id, l.currency, l.amount_minor, l.posted_on, l.value_on, l.doc_no, l.counterparty_name, l.counterparty_tax_id,
			l.counterparty_kpp, l.counterparty_account, l.counterparty_bic, l.purpose, l.reference, l.ultimate_name, l.ultimate_tax_id, l.reversal,
			coalesce((SELECT array_agg(q.account_id ORDER BY q.part) FROM published_payments q WHERE p.state = 'split' AND q.channel = 'split' AND q.channel_ref = p.id AND q.state <> 'void'), '{}')
		FROM published_payments p JOIN bank_lines l ON l.id = p.channel_ref
		JOIN LATERAL (SELECT * FROM match_decisions d WHERE d.payment_id = p.id AND d.reason <> 'cut' ORDER BY d.id LIMIT 1) d ON d.ruleset NOT IN ('manual', 'bank')
		WHERE p.channel = 'bank' AND p.seller_id = $1 AND ($2::bigint[] IS NULL OR p.id = ANY($2)) ORDER BY d.created_at, p.id`, int64(h.seller), h.payments)
	requisites := ownOf(h.catalog)
	return &stream{rows: rows, next: func() (at moment, do func() error, err error) {
		var d decided
		var e statement.Entry
		var raw []byte
		var cur string
		var minor int64
		if err = rows.Scan((*int64)(&d.id), (*string)(&d.state), (*int64)(&d.account), &raw, &d.at, (*int64)(&d.lineID), &cur, &minor, &e.Date, &e.ValueDate, &e.DocNo, &e.Counterparty.Name,
			&e.Counterparty.TaxID, &e.Counterparty.KPP, &e.Counterparty.Account, &e.Counterparty.BIC, &e.Purpose, &e.PaymentID, &e.Ultimate.Name, &e.Ultimate.TaxID, &d.reversal, &d.parts); err != nil {
			return at, nil, err
		}
		if d.before, _, err = readDecision(raw); err != nil {
			return at, nil, err
		}
		e.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		d.payment = requisites.payment(line{id: d.lineID, entry: &e})
		d.settled = d.state != billing.PaymentReview
		at = moment{at: d.at, payment: int64(d.id)}
		return at, func() error { return decide(d) }, nil
	}}, err
}

// decideWith decides once more with a rule set and the snapshot of the moment.
func (h *history) decideWith(r match.Ruleset, d decided) match.Decision {
	if d.reversal {
		return givenBack(r, d.payment)
	}
	return r.Decide(d.payment, h.snapshot)
}

// ended returns the accounts that have the payment now.
func (d decided) ended() []int64 {
	switch {
	case d.state == billing.PaymentSplit:
		return d.parts
	case d.account != 0:
		return []int64{int64(d.account)}
	}
	return nil
}

// accountsOf returns the accounts that a decision posts to, in its order.
func accountsOf(d match.Decision) []int64 {
	var out []int64
	if d.Class.Posts() {
		for _, p := range d.Parts {
			out = append(out, p.AccountID)
		}
	}
	return out
}
