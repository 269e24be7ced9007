package invoices

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// CreditNoteID identifies a CreditNote.
type CreditNoteID int64

// seriesCreditNote is the series that credit notes are numbered in.
const seriesCreditNote DocumentKind = "credit_note"

// CreditNote (кредит-нота) takes a part off an issued invoice: less is asked for, and what was
// paid beyond that is the client's again. The invoice itself stays as it was issued.
type CreditNote struct {
	ID        CreditNoteID
	SellerID  billing.SellerID
	AccountID billing.AccountID
	InvoiceID InvoiceID
	ChangeID  int64 // the change of terms that it is for; 0 for none
	Number    string
	IssuedOn  prolong.Date
	Total     prolong.Money
	Tax       prolong.Money
	Reason    string
	Actor     string
	booked    bool
	shares    []int64
}

// Credit takes an amount off an invoice. Bought days stay; money that was paid beyond what the
// invoice still asks for goes to the client's balance. The tax of a credit note is worked out line
// by line from what has been credited in all, so that notes over the whole invoice carry its
// whole tax (billing.md case 33). Returns CodeInvalid for an amount that is more than the invoice
// asks for or without a reason, CodeConflict for a void invoice.
func (s *Service) Credit(ctx context.Context, actor prolong.Actor, id InvoiceID, amount prolong.Money, reason string) (CreditNote, error) {
	var note CreditNote
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		note, err = s.creditIn(ctx, tx, actor, id, amount, reason)
		return err
	})
	return note, prolong.Wrap("invoices.Credit", err)
}

// creditIn is Credit in a transaction.
func (s *Service) creditIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id InvoiceID, amount prolong.Money, reason string) (CreditNote, error) {
	v, err := s.beginVoid(ctx, tx, actor, id)
	if err != nil {
		return CreditNote{}, err
	}
	waited := v.inv.Status == StatusOpen
	note, err := v.credit(ctx, amount, reason, 0, 0)
	if err != nil {
		return note, err
	}
	if err := v.journal.Write(ctx); err != nil || !waited {
		return note, err
	}
	if v.inv.Status == StatusOpen {
		return note, v.serveAgain(ctx)
	}
	return note, v.goOn(ctx) // the note has settled what the renewals waited for
}

// serveAgain lets the subscription be served again if what is left to pay is spared.
func (v *voiding) serveAgain(ctx context.Context) error {
	if v.sub == nil {
		return nil
	}
	open, err := LockOpen(ctx, v.tx, []billing.AccountID{v.inv.AccountID})
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(open[v.inv.AccountID], func(inv *Invoice) bool { return inv.SubscriptionID != v.sub.ID })
	j := billing.NewJournal(v.tx, v.actor)
	reopen(j, v.sub, v.catalog.Plans[v.sub.PlanID], list, v.today, v.today)
	return j.Write(ctx)
}

// credit draws up the credit note, and puts into the journal what it means for money and terms.
// Money comes back from the preferred payment first.
func (v *voiding) credit(ctx context.Context, amount prolong.Money, reason string, change int64, prefer billing.PaymentID) (CreditNote, error) {
	inv := &v.inv
	reason = strings.TrimSpace(reason)
	completes := inv.Status == StatusOpen && amount.Minor() >= inv.Residual().Minor()
	switch {
	case reason == "":
		return CreditNote{}, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	case inv.Status == StatusVoid:
		return CreditNote{}, prolong.NewError(prolong.CodeConflict, "error.invoice_void", prolong.Args{"Invoice": inv.Number})
	case amount.Currency() != inv.Total.Currency():
		return CreditNote{}, prolong.NewError(prolong.CodeInvalid, "error.currency_mismatch", prolong.Args{"A": amount.Currency(), "B": inv.Total.Currency()})
	case amount.Minor() <= 0 || amount.Minor() > inv.Owed().Minor():
		return CreditNote{}, prolong.NewError(prolong.CodeInvalid, "error.credit_amount", prolong.Args{"Amount": amount, "Owed": inv.Owed(), "Invoice": inv.Number})
	case completes && (inv.Kind == KindOrder || inv.Paid.IsZero() || amount.Minor() == inv.Owed().Minor()):
		// What nobody pays anything for is not settled by a credit note: it is cancelled.
		return CreditNote{}, prolong.NewError(prolong.CodeConflict, "error.credit_all", prolong.Args{"Invoice": inv.Number})
	}
	note, err := v.insertNote(ctx, amount, reason, change)
	if err != nil {
		return note, err
	}
	inv.Credited = prolong.NewMoney(inv.Credited.Minor()+amount.Minor(), inv.Total.Currency())
	over := max(inv.Paid.Minor()-inv.Owed().Minor(), 0)
	if over > 0 {
		if err := v.release(ctx, over, prefer); err != nil {
			return note, err
		}
		inv.Paid = inv.Owed()
	}
	var closeOn prolong.Date
	if completes {
		if err := v.complete(ctx); err != nil {
			return note, err
		}
		closeOn = closeDay(v.catalog.Sellers[inv.SellerID].ClosingPolicy, v.today, inv.Period)
	}
	if _, err := v.tx.Pgx.Exec(ctx, `UPDATE invoices SET credited_minor = $2, paid_minor = $3, status = $4, paid_on = $5,
		close_on = CASE WHEN total_minor = $2 THEN NULL ELSE coalesce($6, close_on) END WHERE id = $1`,
		int64(inv.ID), inv.Credited.Minor(), inv.Paid.Minor(), string(inv.Status), inv.PaidOn, closeOn); err != nil {
		return note, err
	}
	if err := v.sendNote(ctx, note, prolong.NewMoney(over, inv.Total.Currency()), prefer != 0); err != nil {
		return note, err
	}
	return note, identity.Audit(ctx, v.tx, v.actor, identity.Change{Action: "invoice.credit", SubjectKind: "invoice", SubjectID: int64(inv.ID), AccountID: inv.AccountID,
		After: map[string]any{"number": note.Number, "amount": amount.String(), "currency": amount.Currency(), "reason": reason}})
}

// sendNote writes to whoever of the company gets documents, with the credit note, saying what
// becomes of what was paid over: it lies on the balance or, for a refund, goes back.
func (v *voiding) sendNote(ctx context.Context, note CreditNote, over prolong.Money, refund bool) error {
	letter := notify.CreditIssued{
		Number: note.Number, IssuedOn: note.IssuedOn, Total: note.Total, InvoiceNumber: v.inv.Number, AccountName: v.account.LegalName(), Reason: note.Reason, Owed: v.inv.Residual(),
	}
	if refund {
		letter.Refunded = over
	} else {
		letter.Balance = over
	}
	_, err := v.service.SendTo(ctx, v.tx, identity.TopicDocuments, v.today, v.account, notify.Message{
		Subject: notify.Subject{Kind: AttachCreditNote, ID: int64(note.ID)}, Thread: threadOf(note.InvoiceID), SellerID: note.SellerID,
		Payload: letter, Attachments: []notify.Attachment{{Kind: AttachCreditNote, ID: int64(note.ID)}},
	})
	return err
}

// complete settles an invoice of which a credit note has taken off all that was missing.
func (v *voiding) complete(ctx context.Context) error {
	v.inv.Status, v.inv.PaidOn = StatusPaid, v.today
	if v.sub == nil || !v.inv.rests(v.sub) {
		return nil
	}
	again, err := billing.Extended(ctx, v.tx, v.sub.ID, billing.ExtendedByInvoice, int64(v.inv.ID))
	if err != nil {
		return err
	}
	if again { // the cause has extended once
		return prolong.NewError(prolong.CodeConflict, "error.credit_all", prolong.Args{"Invoice": v.inv.Number})
	}
	buy(v.journal, v.sub, v.catalog.Plans[v.sub.PlanID], &v.inv, v.today, billing.ExtendedByInvoice, int64(v.inv.ID))
	return nil
}

// insertNote numbers, words and books a credit note.
func (v *voiding) insertNote(ctx context.Context, amount prolong.Money, reason string, change int64) (CreditNote, error) {
	inv, cur := v.inv, v.inv.Total.Currency()
	var raw []byte
	var closing []byte
	if err := v.tx.Pgx.QueryRow(ctx, `SELECT i.snapshot, (SELECT d.snapshot FROM documents d WHERE d.invoice_id = i.id AND d.status = 'issued' AND d.kind IN ('act', 'upd') LIMIT 1)
		FROM invoices i WHERE i.id = $1`, int64(inv.ID)).Scan(&raw, &closing); err != nil {
		return CreditNote{}, err
	}
	var paper render.Document
	if err := json.Unmarshal(raw, &paper); err != nil {
		return CreditNote{}, err
	}
	var act *render.Document // that takes the note's revenue and tax back
	if closing != nil {
		if err := json.Unmarshal(closing, &act); err != nil {
			return CreditNote{}, err
		}
	}
	before, err := creditNotes(ctx, v.tx.Pgx, `c.invoice_id = $1`, int64(inv.ID))
	if err != nil {
		return CreditNote{}, err
	}
	shares := creditShares(paper, before, amount.Minor())
	n, err := takeNumbers(ctx, v.tx, inv.SellerID, seriesCreditNote, v.today.Year(), 1)
	if err != nil {
		return CreditNote{}, err
	}
	number := documentNumber(v.today.Year(), n)
	doc, err := creditDocument(paper, ratesOn(act), before, shares, number, v.today, reason)
	if err != nil {
		return CreditNote{}, err
	}
	frozen, err := json.Marshal(doc)
	if err != nil {
		return CreditNote{}, err
	}
	note := CreditNote{SellerID: inv.SellerID, AccountID: inv.AccountID, InvoiceID: inv.ID, ChangeID: change, Number: number, IssuedOn: v.today, Total: amount,
		Tax: prolong.NewMoney(-doc.Totals.Tax, cur), Reason: reason, Actor: v.actor.String(), booked: act != nil, shares: shares}
	if err := v.tx.Pgx.QueryRow(ctx, `INSERT INTO credit_notes (seller_id, account_id, invoice_id, change_id, year, running, number, issued_on, currency, total_minor, tax_minor, reason, booked, snapshot, renderer, actor, created_at, shares)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18) RETURNING id`,
		int64(note.SellerID), int64(note.AccountID), int64(note.InvoiceID), postgres.NullID(change), v.today.Year(), n, number, v.today, string(cur), amount.Minor(), note.Tax.Minor(), reason,
		note.booked, frozen, render.RendererVersion, v.actor.String(), v.tx.Now, shares).Scan((*int64)(&note.ID)); err != nil {
		return note, err
	}
	if note.booked {
		v.journal.BookCredit(note.SellerID, note.AccountID, v.today, prolong.NewMoney(amount.Minor()-note.Tax.Minor(), cur), note.Tax, int64(note.ID), false)
	}
	return note, nil
}

// credited sums what earlier notes have taken off each line.
func credited(lines int, notes []CreditNote) []int64 {
	sum := make([]int64, lines)
	for _, n := range notes {
		for i, share := range n.shares {
			sum[i] += share
		}
	}
	return sum
}

// creditShares says what of an amount is off which line: in proportion to what is left of them.
func creditShares(paper render.Document, before []CreditNote, minor int64) []int64 {
	room := credited(len(paper.Lines), before)
	for i := range paper.Lines {
		room[i] = paper.Lines[i].Gross - room[i]
	}
	return billing.Spread(minor, room)
}

// taxOff is the tax of what has been credited of a line in all.
func taxOff(l render.Line, gross int64) (int64, error) {
	if l.TaxKind == render.TaxExempt {
		return 0, nil
	}
	if gross == l.Gross {
		return l.Tax, nil
	}
	tax, err := prolong.NewMoney(gross, "").TaxInside(l.TaxRateBP)
	return tax.Minor(), err
}

// creditDocument words a credit note: the paper that closes a service, with what is taken off in
// negative lines, naming the invoice that it is taken off.
func creditDocument(paper render.Document, by rates, before []CreditNote, shares []int64, number string, on prolong.Date, reason string) (render.Document, error) {
	act := actDocument(paper, number, on)
	doc := act.Reversal(number, on)
	doc.Kind, doc.UPDStatus = render.KindCreditNote, 0
	doc.Reverses, doc.Basis = act.Basis, render.Reference{}
	doc.Lines, doc.Totals = nil, render.Totals{}
	doc.Notes = append(slices.Clone(paper.Notes), reason)
	sum := credited(len(paper.Lines), before)
	for i, share := range shares {
		if share == 0 {
			continue
		}
		parts, err := by(&paper.Lines[i])
		if err != nil {
			return doc, err
		}
		lines, err := dividedLine(paper.Lines[i], parts, paper.Currency)
		if err != nil {
			return doc, err
		}
		earlier, all := sharesByDays(sum[i], parts), sharesByDays(sum[i]+share, parts)
		for n, l := range lines {
			part := all[n] - earlier[n]
			if part == 0 {
				continue
			}
			was, err := taxOff(l, earlier[n])
			if err != nil {
				return doc, err
			}
			is, err := taxOff(l, all[n])
			if err != nil {
				return doc, err
			}
			tax := is - was
			l.QuantityMilli, l.Price, l.Discount = -1000, part, 0
			l.Gross, l.Tax, l.Net = -part, -tax, -(part - tax)
			doc.Lines = append(doc.Lines, l)
			doc.Totals.Gross, doc.Totals.Tax, doc.Totals.Net = doc.Totals.Gross+l.Gross, doc.Totals.Tax+l.Tax, doc.Totals.Net+l.Net
		}
	}
	return doc, nil
}

// rendered is the paper of an invoice less what credit notes have taken off it, at the rates of its
// days: what a closing document says was rendered.
func rendered(paper render.Document, seller billing.Seller, notes []CreditNote) (render.Document, error) {
	sum := credited(len(paper.Lines), notes)
	by := ratesNow(seller)
	var lines []render.Line
	var totals render.Totals
	retaxed := false
	for i := range paper.Lines {
		if whole := &paper.Lines[i]; whole.Gross > 0 && sum[i] == whole.Gross {
			continue
		}
		parts, err := by(&paper.Lines[i])
		if err != nil {
			return paper, err
		}
		divided, err := dividedLine(paper.Lines[i], parts, paper.Currency)
		if err != nil {
			return paper, err
		}
		retaxed = retaxed || divided[0] != paper.Lines[i]
		off := sharesByDays(sum[i], parts)
		for n, l := range divided {
			tax, err := taxOff(l, off[n])
			if err != nil {
				return paper, err
			}
			l.Discount, l.Gross, l.Tax = l.Discount+off[n], l.Gross-off[n], l.Tax-tax
			l.Net = l.Gross - l.Tax
			lines = append(lines, l)
			totals.Gross, totals.Tax, totals.Net, totals.Discount = totals.Gross+l.Gross, totals.Tax+l.Tax, totals.Net+l.Net, totals.Discount+l.Discount
		}
	}
	paper.Lines, paper.Totals = lines, totals
	if retaxed {
		paper.Seller.TaxStatus = taxStatus(seller, paper.Language, lines, paper.Date)
	}
	return paper, nil
}

// release takes money that an invoice no longer asks for off it, the preferred payment's first,
// then the latest; kopecks that were given up are given up no more. What stays of an allocation is
// one of its own.
func (v *voiding) release(ctx context.Context, over int64, prefer billing.PaymentID) error {
	active, err := activeAllocations(ctx, v.tx, `l.invoice_id = $1`, int64(v.inv.ID))
	if err != nil {
		return err
	}
	slices.Reverse(active)
	rank := func(a activeAllocation) int {
		switch {
		case a.payment.ID == prefer:
			return 0
		case a.payment.Channel == billing.ChannelWriteOff:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(active, func(a, b activeAllocation) int { return rank(a) - rank(b) })
	ids, err := postgres.NextIDs(ctx, v.tx, "allocations", 2*len(active))
	if err != nil {
		return err
	}
	const insert = `INSERT INTO allocations (id, account_id, payment_id, invoice_id, amount_minor, reverses_id, actor, created_at) OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`
	for i, a := range active {
		part := min(over, a.amount.Minor())
		if part == 0 {
			break
		}
		over -= part
		v.journal.Allocate(a.payment, v.inv.AccountID, a.amount.Neg(), v.today, ids[2*i])
		if _, err := v.tx.Pgx.Exec(ctx, insert, ids[2*i], int64(v.inv.AccountID), int64(a.payment.ID), int64(v.inv.ID), -a.amount.Minor(), a.id, v.actor.String(), v.tx.Now); err != nil {
			return err
		}
		if rest := prolong.NewMoney(a.amount.Minor()-part, a.amount.Currency()); !rest.IsZero() {
			v.journal.Allocate(a.payment, v.inv.AccountID, rest, v.today, ids[2*i+1])
			if _, err := v.tx.Pgx.Exec(ctx, insert, ids[2*i+1], int64(v.inv.AccountID), int64(a.payment.ID), int64(v.inv.ID), rest.Minor(), nil, v.actor.String(), v.tx.Now); err != nil {
				return err
			}
		}
		if a.payment.Channel == billing.ChannelWriteOff {
			v.journal.Refund(billing.Refund{Payment: a.payment, Kind: billing.RefundWriteOff, Amount: prolong.NewMoney(part, a.amount.Currency()), BookedOn: v.today, Reason: v.inv.Number})
		}
	}
	return nil
}

// unbookCredits lets credit notes of an invoice whose closing document is cancelled take back no
// revenue any more: there is none.
func unbookCredits(ctx context.Context, tx postgres.Tx, j *billing.Journal, inv Invoice, today prolong.Date) error {
	notes, err := creditNotes(ctx, tx.Pgx, `c.invoice_id = $1 AND c.booked`, int64(inv.ID))
	if err != nil {
		return err
	}
	for _, n := range notes {
		j.BookCredit(n.SellerID, n.AccountID, today, prolong.NewMoney(n.Total.Minor()-n.Tax.Minor(), n.Total.Currency()), n.Tax, int64(n.ID), true)
		if _, err := tx.Pgx.Exec(ctx, `UPDATE credit_notes SET booked = false WHERE id = $1`, int64(n.ID)); err != nil {
			return err
		}
	}
	return nil
}

// CreditNotesOf lists the credit notes of an account, the newest first.
func (s *Service) CreditNotesOf(ctx context.Context, account billing.AccountID) ([]CreditNote, error) {
	list, err := creditNotes(ctx, s.db.Pool, `c.account_id = $1`, int64(account))
	slices.Reverse(list)
	return list, prolong.Wrap("invoices.CreditNotesOf", err)
}

// CreditNotesOn lists the credit notes of an invoice, the oldest first.
func (s *Service) CreditNotesOn(ctx context.Context, id InvoiceID) ([]CreditNote, error) {
	list, err := creditNotes(ctx, s.db.Pool, `c.invoice_id = $1`, int64(id))
	return list, prolong.Wrap("invoices.CreditNotesOn", err)
}

// rowsQuerier is a pool or a transaction.
type rowsQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func creditNotes(ctx context.Context, q rowsQuerier, where string, arg int64) ([]CreditNote, error) {
	rows, err := q.Query(ctx, `SELECT c.id, c.seller_id, c.account_id, c.invoice_id, coalesce(c.change_id, 0), c.number, c.issued_on, c.currency, c.total_minor, c.tax_minor, c.reason, c.actor, c.booked, c.shares
		FROM credit_notes c WHERE `+where+` ORDER BY c.id`, arg)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n CreditNote, err error) {
		var cur string
		var total, tax int64
		err = row.Scan((*int64)(&n.ID), (*int64)(&n.SellerID), (*int64)(&n.AccountID), (*int64)(&n.InvoiceID), &n.ChangeID, &n.Number, &n.IssuedOn, &cur, &total, &tax, &n.Reason, &n.Actor, &n.booked, &n.shares)
		n.Total, n.Tax = prolong.NewMoney(total, prolong.Currency(cur)), prolong.NewMoney(tax, prolong.Currency(cur))
		return n, err
	})
}
