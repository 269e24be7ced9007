package banksync

import (
	"context"
	"encoding/json"
	"slices"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// manual is one decision of a person in its transaction.
type manual struct {
	service *Service
	tx      postgres.Tx
	actor   prolong.Actor
	note    string
	catalog billing.Catalog
	journal *billing.Journal
}

// decisionManual marks what people decided; matching never overrides it.
const decisionManual = "manual"

func (m *manual) begin(ctx context.Context) (err error) {
	m.catalog, err = billing.CatalogIn(ctx, m.tx)
	m.journal = billing.NewJournal(m.tx, m.actor)
	return err
}

func (m *manual) today(p billing.Payment) prolong.Date {
	return m.catalog.Sellers[p.SellerID].Today(m.tx.Now)
}

// decide records a person's decision and returns its id.
func (m *manual) decide(ctx context.Context, p billing.Payment, class match.Class, account billing.AccountID, allocations []match.Allocation) (id int64, err error) {
	raw, err := json.Marshal(struct {
		match.Decision
		Note string `json:"note,omitempty"`
	}{match.Decision{RulesetVersion: decisionManual, PaymentID: int64(p.ID), Class: class, AccountID: int64(account), Currency: p.Amount.Currency(), Allocations: allocations}, m.note})
	if err != nil {
		return 0, err
	}
	if _, err := m.tx.Pgx.Exec(ctx, `DELETE FROM review_parks WHERE payment_id = $1`, int64(p.ID)); err != nil {
		return 0, err
	}
	err = m.tx.Pgx.QueryRow(ctx, `
		INSERT INTO match_decisions (payment_id, account_id, ruleset, class, rule, reason, decision, decided_by, created_at) VALUES ($1,$2,$3,$4,$3,'',$5,$6,$7) RETURNING id`,
		int64(p.ID), postgres.NullID(account), decisionManual, string(class), raw, m.actor.String(), m.tx.Now).Scan(&id)
	return id, err
}

func (m *manual) assign(ctx context.Context, id billing.PaymentID, shares []Share) error {
	ids := make([]billing.AccountID, 0, len(shares))
	for _, s := range shares {
		if slices.Contains(ids, s.AccountID) {
			return prolong.NewError(prolong.CodeInvalid, "error.share_twice", nil)
		}
		ids = append(ids, s.AccountID)
	}
	accounts, err := billing.LockAccounts(ctx, m.tx, ids)
	if err != nil {
		return err
	}
	payment, err := billing.PaymentForUpdate(ctx, m.tx, id)
	if err != nil {
		return err
	}
	if err := m.begin(ctx); err != nil {
		return err
	}
	if err := m.checkShares(payment, accounts, shares); err != nil {
		return err
	}
	open, err := invoices.LockOpen(ctx, m.tx, ids)
	if err != nil {
		return err
	}
	settlements, allocations, err := m.allocate(shares, payment, open)
	if err != nil {
		return err
	}
	var sole billing.AccountID
	if len(shares) == 1 {
		sole = shares[0].AccountID
	}
	decision, err := m.decide(ctx, payment, match.ClassAuto, sole, allocations)
	if err != nil {
		return err
	}
	if sole != 0 {
		m.journal.Assign(payment, sole, m.today(payment), decision)
		payment.State, payment.AccountID = billing.PaymentMatched, sole
		settlements[0].Payment = payment
	} else if err := m.split(ctx, payment, shares, settlements); err != nil {
		return err
	}
	_, err = m.service.invoices.Settle(ctx, m.tx, m.journal, m.actor, m.catalog, accounts, open, settlements)
	return err
}

// split books the shares of a payment for several accounts as parts of it.
func (m *manual) split(ctx context.Context, payment billing.Payment, shares []Share, settlements []invoices.Settlement) error {
	if payment.State != billing.PaymentReview {
		return prolong.NewError(prolong.CodeConflict, "error.payment_not_in_review", prolong.Args{"ID": int64(payment.ID)})
	}
	m.journal.Split(payment)
	// It may have been split before, and taken back. Parts count from 1.
	first, err := billing.NextPart(ctx, m.tx, billing.ChannelSplit, int64(payment.ID))
	if err != nil {
		return err
	}
	first = max(first, 1)
	parts := make([]billing.Payment, len(shares))
	days := make([]prolong.Date, len(shares))
	for i, s := range shares {
		parts[i] = billing.Payment{SellerID: payment.SellerID, AccountID: s.AccountID, Channel: billing.ChannelSplit, ChannelRef: int64(payment.ID), Part: first + i,
			Amount: s.Amount, State: billing.PaymentMatched, ValueOn: payment.ValueOn}
		days[i] = m.today(payment)
	}
	received, err := m.journal.Receive(ctx, parts, days)
	if err != nil {
		return err
	}
	for i := range received {
		settlements[i].Payment = received[i]
	}
	return nil
}

func (m *manual) checkShares(payment billing.Payment, accounts map[billing.AccountID]billing.Account, shares []Share) error {
	if payment.State != billing.PaymentReview && payment.State != billing.PaymentIgnored {
		return prolong.NewError(prolong.CodeConflict, "error.payment_not_in_review", prolong.Args{"ID": int64(payment.ID)})
	}
	if len(shares) == 0 {
		return prolong.NewError(prolong.CodeInvalid, "error.share_none", nil)
	}
	var sum int64
	for i := range shares {
		s := &shares[i]
		account, ok := accounts[s.AccountID]
		if !ok {
			return prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(s.AccountID)})
		}
		if account.SellerID != payment.SellerID {
			return prolong.NewError(prolong.CodeInvalid, "error.share_other_seller", prolong.Args{"Account": account.Name})
		}
		if len(shares) == 1 && s.Amount.Currency() == "" {
			s.Amount = payment.Held()
		}
		if s.Amount.Currency() != payment.Amount.Currency() || s.Amount.Minor() <= 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.share_amount", prolong.Args{"Amount": s.Amount})
		}
		sum += s.Amount.Minor()
	}
	if sum != payment.Held().Minor() {
		return prolong.NewError(prolong.CodeInvalid, "error.share_sum", prolong.Args{"Sum": prolong.NewMoney(sum, payment.Amount.Currency()), "Amount": payment.Held()})
	}
	return nil
}

// allocate puts each share on the invoices that the person chose, in their order; what is
// left over stays on the balance.
func (m *manual) allocate(shares []Share, payment billing.Payment, open map[billing.AccountID][]*invoices.Invoice) ([]invoices.Settlement, []match.Allocation, error) {
	settlements := make([]invoices.Settlement, len(shares))
	var allocations []match.Allocation
	for i, s := range shares {
		rest := s.Amount.Minor()
		settlements[i] = invoices.Settlement{AccountID: s.AccountID}
		for _, id := range s.Invoices {
			at := slices.IndexFunc(open[s.AccountID], func(inv *invoices.Invoice) bool { return inv.ID == id })
			if at < 0 {
				return nil, nil, prolong.NewError(prolong.CodeConflict, "error.invoice_not_open", prolong.Args{"Invoice": int64(id)})
			}
			inv := open[s.AccountID][at]
			if inv.Total.Currency() != payment.Amount.Currency() {
				return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.currency_mismatch", prolong.Args{"A": payment.Amount.Currency(), "B": inv.Total.Currency()})
			}
			part := min(rest, inv.Residual().Minor())
			if part == 0 {
				break
			}
			rest -= part
			settlements[i].Parts = append(settlements[i].Parts, invoices.Part{Invoice: id, Amount: prolong.NewMoney(part, payment.Amount.Currency())})
			allocations = append(allocations, match.Allocation{AccountID: int64(s.AccountID), InvoiceID: int64(id), Number: inv.Number, AmountMinor: part})
		}
		if rest > 0 {
			allocations = append(allocations, match.Allocation{AccountID: int64(s.AccountID), AmountMinor: rest})
		}
	}
	return settlements, allocations, nil
}
