package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Transfer moves money from one account's balance to another account of the same client, where
// it pays open invoices, the oldest first; the rest stays on that balance. Both sides are in
// the ledger and in the audit trail. Returns CodeConflict for accounts of different clients,
// CodeInvalid for more than lies on the balance and without a reason.
func (s *Service) Transfer(ctx context.Context, actor prolong.Actor, from, to billing.AccountID, amount prolong.Money, reason string) (billing.TransferID, error) {
	var id billing.TransferID
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if reason == "" {
			return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
		}
		accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{from, to})
		if err != nil {
			return err
		}
		if !billing.SameClient(accounts[from], accounts[to]) {
			return prolong.NewError(prolong.CodeConflict, "error.transfer_other_client", nil)
		}
		rests, err := billing.PaymentsWithRest(ctx, tx, []billing.AccountID{from})
		if err != nil {
			return err
		}
		parts, amounts, left := takeRests(rests[from], amount)
		if amount.Minor() <= 0 || left > 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.transfer_amount", prolong.Args{"Amount": amount, "Rest": prolong.NewMoney(amount.Minor()-left, amount.Currency())})
		}
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		j := billing.NewJournal(tx, actor)
		on := c.Sellers[accounts[from].SellerID].Today(tx.Now)
		t := billing.Transfer{From: from, To: to, Amount: amount, Reason: reason}
		var received []billing.Payment
		if id, received, err = j.Transfer(ctx, t, parts, amounts, on); err != nil {
			return err
		}
		open, err := LockOpen(ctx, tx, []billing.AccountID{to})
		if err != nil {
			return err
		}
		if _, err := s.Settle(ctx, tx, j, actor, c, accounts, open, oldestFirst(open[to], received)); err != nil {
			return err
		}
		return auditTransfer(ctx, tx, actor, "balance.transfer", id, t)
	})
	return id, prolong.Wrap("invoices.Transfer", err)
}

// takeRests takes an amount from payments, the oldest first; left is what they lack.
func takeRests(payments []billing.Payment, amount prolong.Money) (parts []billing.Payment, amounts []prolong.Money, left int64) {
	left = amount.Minor()
	for _, p := range payments {
		if part := min(left, p.Rest().Minor()); part > 0 && p.Amount.Currency() == amount.Currency() {
			parts, amounts, left = append(parts, p), append(amounts, prolong.NewMoney(part, amount.Currency())), left-part
		}
	}
	return parts, amounts, left
}

// oldestFirst gives payments to open invoices in their order.
func oldestFirst(open []*Invoice, payments []billing.Payment) []Settlement {
	owed := map[InvoiceID]int64{}
	for _, inv := range open {
		owed[inv.ID] = inv.Residual().Minor()
	}
	settlements := make([]Settlement, len(payments))
	for i, p := range payments {
		settlements[i] = Settlement{Payment: p, AccountID: p.AccountID}
		rest := p.Rest().Minor()
		for _, inv := range open {
			if part := min(rest, owed[inv.ID]); part > 0 && inv.Total.Currency() == p.Amount.Currency() {
				settlements[i].Parts = append(settlements[i].Parts, Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, p.Amount.Currency())})
				rest, owed[inv.ID] = rest-part, owed[inv.ID]-part
			}
		}
	}
	return settlements
}

// UndoTransfer takes a transfer back: what it paid for on the other account is undone, and the
// money returns to the balance that it came from. The undo is a transfer of its own; nothing is
// deleted. Returns CodeConflict if it was undone already or a part of the money has left since.
func (s *Service) UndoTransfer(ctx context.Context, actor prolong.Actor, id billing.TransferID, reason string) (Taken, error) {
	var done Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		t, _, err := billing.TransferIn(ctx, tx, id)
		if err != nil {
			return err
		}
		if reason == "" {
			return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
		}
		if t.Reverses != 0 || t.Undone {
			return prolong.NewError(prolong.CodeConflict, "error.transfer_undone", nil)
		}
		if _, err := billing.LockAccounts(ctx, tx, []billing.AccountID{t.From, t.To}); err != nil {
			return err
		}
		_, brought, err := billing.TransferIn(ctx, tx, id) // under the locks
		if err != nil {
			return err
		}
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		j := billing.NewJournal(tx, actor)
		amounts := make([]prolong.Money, len(brought))
		for i, p := range brought {
			if !p.Refunded.IsZero() || p.State != billing.PaymentMatched || p.AccountID != t.To {
				return prolong.NewError(prolong.CodeConflict, "error.transfer_spent", nil)
			}
			amounts[i] = p.Amount
		}
		if done, err = s.takeBack(ctx, tx, j, actor, c, billing.PaymentIDs(brought)); err != nil {
			return err
		}
		on := c.Sellers[brought[0].SellerID].Today(tx.Now)
		back := billing.Transfer{From: t.To, To: t.From, Amount: t.Amount, Reverses: id, Reason: reason}
		undo, _, err := j.Transfer(ctx, back, brought, amounts, on)
		if err != nil {
			return err
		}
		if err := j.Write(ctx); err != nil {
			return err
		}
		return auditTransfer(ctx, tx, actor, "balance.transfer_undo", undo, back)
	})
	return done, prolong.Wrap("invoices.UndoTransfer", err)
}

// auditedTransfer is what the audit trail keeps of a transfer.
type auditedTransfer struct {
	From     billing.AccountID  `json:"from"`
	To       billing.AccountID  `json:"to"`
	Amount   string             `json:"amount"`
	Reverses billing.TransferID `json:"reverses,omitempty"`
	Reason   string             `json:"reason"`
}

// auditTransfer writes the transfer into the trail of both accounts.
func auditTransfer(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action string, id billing.TransferID, t billing.Transfer) error {
	for _, account := range []billing.AccountID{t.From, t.To} {
		if err := identity.Audit(ctx, tx, actor, identity.Change{Action: action, SubjectKind: "transfer", SubjectID: int64(id), AccountID: account,
			After: auditedTransfer{t.From, t.To, t.Amount.String() + " " + string(t.Amount.Currency()), t.Reverses, t.Reason}}); err != nil {
			return err
		}
	}
	return nil
}
