package banksync

import (
	"context"
	"errors"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// Undone says what an undo did, or would do.
type Undone struct {
	invoices.Taken
	// Clients are the names of those who had the money: several, if the payment was split.
	Clients []string
	// Automatic says that no person had decided the match: the correction is an incident.
	Automatic bool
	// Aliases counts what people taught about the payer and is not believed any more.
	Aliases int
}

// PreviewUndo returns what Undo would change, and changes nothing: it does everything in a
// transaction that is rolled back.
func (s *Service) PreviewUndo(ctx context.Context, actor prolong.Actor, id billing.PaymentID) (Undone, error) {
	var done Undone
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		m := manual{service: s, tx: tx, actor: actor}
		if done, err = m.undo(ctx, id); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return done, prolong.Wrap("banksync.PreviewUndo", err)
}

var errPreview = errors.New("preview: rolled back")

// Undo takes a matched payment back into review with everything that followed from it:
// allocations, extensions, closing documents; of a split payment, all parts together. Nothing is
// deleted; each step is a compensating row. Returns CodeConflict if the payment is not matched, or
// if money of a part has left since.
func (s *Service) Undo(ctx context.Context, actor prolong.Actor, id billing.PaymentID, note string) (Undone, error) {
	var done Undone
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		m := manual{service: s, tx: tx, actor: actor, note: note}
		done, err = m.undo(ctx, id)
		return err
	})
	return done, prolong.Wrap("banksync.Undo", err)
}

func (m *manual) undo(ctx context.Context, id billing.PaymentID) (done Undone, err error) {
	seen, err := m.service.FindReceivedByID(ctx, id)
	if err != nil {
		return done, err
	}
	whole, parts, err := billing.LockReceived(ctx, m.tx, billing.ChannelBank, int64(seen.LineID))
	if err != nil {
		return done, err
	}
	if whole.State != seen.State || whole.AccountID != seen.AccountID || whole.State != billing.PaymentMatched && whole.State != billing.PaymentSplit {
		return done, prolong.NewError(prolong.CodeConflict, "error.payment_not_matched", prolong.Args{"ID": int64(id)})
	}
	if whole.State == billing.PaymentMatched {
		parts = []billing.Payment{whole}
	}
	if err := m.begin(ctx); err != nil {
		return done, err
	}
	if done.Clients, err = m.clientsOf(ctx, parts); err != nil {
		return done, err
	}
	for i, p := range parts {
		if whole.State == billing.PaymentSplit && !p.Refunded.IsZero() {
			return done, prolong.NewError(prolong.CodeConflict, "error.split_part_gone", prolong.Args{"Account": done.Clients[i], "Amount": p.Refunded})
		}
	}
	done.Automatic = seen.Decision.RulesetVersion != decisionManual
	if done.Taken, err = m.service.invoices.TakeBack(ctx, m.tx, m.journal, m.actor, m.catalog, parts...); err != nil {
		return done, err
	}
	decision, err := m.decide(ctx, whole, match.ClassReview, 0, nil)
	if err != nil {
		return done, err
	}
	if whole.State == billing.PaymentSplit {
		m.journal.Unsplit(whole, parts, m.today(whole))
	} else {
		m.journal.Unassign(whole, m.today(whole), decision)
	}
	if err := m.journal.Write(ctx); err != nil {
		return done, err
	}
	// What people taught about this payer has led, or would lead, his money to that account.
	done.Aliases, err = m.forget(ctx, seen, parts)
	return done, err
}

// clientsOf returns the names of the accounts that have the parts of a payment.
func (m *manual) clientsOf(ctx context.Context, parts []billing.Payment) ([]string, error) {
	ids := make([]billing.AccountID, len(parts))
	for i, p := range parts {
		ids[i] = p.AccountID
	}
	accounts, err := billing.LockAccounts(ctx, m.tx, ids) // locked already
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = accounts[id].LegalName()
	}
	return names, err
}

// forget quarantines the aliases of a payer whose payment was taken off accounts, and returns
// how many there were.
func (m *manual) forget(ctx context.Context, seen Received, parts []billing.Payment) (int, error) {
	pay, err := m.service.linePayment(ctx, m.catalog, seen.LineID)
	if err != nil {
		return 0, err
	}
	var values []string
	for _, v := range []string{pay.PayerTaxID, pay.PayerAccount} {
		if v != "" {
			values = append(values, v)
		}
	}
	for _, r := range match.Requisites(pay, emptySnapshot, 0) {
		values = append(values, r.Value)
	}
	values = append(values, match.KeywordValues(pay)...)
	accounts := make([]int64, len(parts))
	for i, p := range parts {
		accounts[i] = int64(p.AccountID)
	}
	var n int
	if err := m.tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM payer_aliases WHERE value = ANY($1) AND account_id = ANY($2) AND state IN ('active', 'candidate')`, values, accounts).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	return n, quarantine(ctx, m.tx, m.actor, values, seen.ID, 0, AliasUndone)
}
