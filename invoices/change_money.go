package invoices

import (
	"context"
	"strings"

	"prolong"
	"prolong/billing"
)

// settle asks for the difference by an invoice, or credits it.
func (n *now) settle(ctx context.Context, change int64, lines []billing.ChargeLine, period prolong.Period, used billing.Charge) error {
	switch net := n.done.Net().Minor(); {
	case net > 0:
		return n.ask(ctx, change, lines, period, used)
	case net < 0:
		return n.giveBack(ctx, change, -net, used)
	}
	return nil
}

// ask draws up the invoice of the difference: the days on the new terms, less what was paid for
// them, which stands in the column of discounts.
func (n *now) ask(ctx context.Context, change int64, lines []billing.ChargeLine, period prolong.Period, used billing.Charge) error {
	cur := n.sub.Currency
	room := make([]int64, len(lines))
	for i, l := range lines {
		room[i] = l.Amount.Minor()
	}
	for i, share := range billing.Spread(n.done.Credit.Minor(), room) {
		lines[i].Amount, lines[i].Discount = prolong.NewMoney(lines[i].Amount.Minor()-share, cur), prolong.NewMoney(lines[i].Discount.Minor()+share, cur)
	}
	charge := billing.Charge{Lines: lines, Total: n.done.Net(), Once: prolong.NewMoney(0, cur), Uses: used.Uses}
	account, err := billing.LockAccount(ctx, n.tx, n.sub.AccountID)
	if err != nil {
		return err
	}
	drafts, err := draftInvoices(ctx, n.tx, n.catalog, []billing.DueRenewal{{Subscription: n.sub, Account: account, Plan: n.done.Plan, Period: period, Charge: charge}},
		map[billing.SellerID]prolong.Date{n.sub.SellerID: n.done.From})
	if err != nil {
		return err
	}
	d := &drafts[0]
	d.Kind, d.ChangeID = KindChange, change
	d.DueOn = n.done.From.AddDays(changeDueDays)
	d.document.DueOn = d.DueOn
	if !n.done.Credit.IsZero() {
		d.document.Notes = append(d.document.Notes, changeNote(d.document.Language, n.done.Credit))
	}
	if err := n.service.bring(ctx, n.tx, n.actor, n.catalog, drafts, map[billing.SellerID]prolong.Date{n.sub.SellerID: n.done.From}); err != nil {
		return err
	}
	n.done.Invoice = &drafts[0].Invoice
	// The next look of dunning finds the day to pay of this invoice and plans by it.
	return billing.PlanDunning(ctx, n.tx, map[billing.SubscriptionID]prolong.Date{n.sub.ID: n.done.From})
}

// changeNote words on the paper what the column of discounts is.
func changeNote(language string, credit prolong.Money) string {
	amount := strings.Replace(credit.String(), ".", ",", 1)
	switch language {
	case "uk":
		return "Знижка — зарахування сплаченого за ті самі дні на колишніх умовах: " + amount + "."
	case "kk":
		return "Жеңілдік — сол күндерге бұрынғы шарттармен төленгеннің есепке алынуы: " + amount + "."
	case "en":
		return "The discount is what was paid for the same days on the former terms: " + credit.String() + "."
	}
	return "Скидка — зачёт оплаченного за те же дни на прежних условиях: " + amount + "."
}

// giveBack credits the invoices that bought the days, those of earlier changes first.
func (n *now) giveBack(ctx context.Context, change, minor int64, used billing.Charge) error {
	ids := make([]int64, 0, len(n.parts))
	for _, p := range n.parts {
		if p.invoice != 0 {
			ids = append(ids, int64(p.invoice))
		}
	}
	changes, err := billing.ChangesOf(ctx, n.tx, ids)
	if err != nil {
		return err
	}
	rows, err := n.tx.Pgx.Query(ctx, `SELECT i.id FROM invoices i WHERE i.status <> 'void' AND i.total_minor > i.credited_minor + i.once_minor AND (i.id = ANY($1) OR i.change_id = ANY($2))
		ORDER BY i.id DESC`, ids, changes)
	if err != nil {
		return err
	}
	defer rows.Close()
	var candidates []InvoiceID
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		candidates = append(candidates, InvoiceID(id))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range candidates {
		if minor == 0 {
			break
		}
		v, err := n.service.beginVoid(ctx, n.tx, n.actor, id)
		if err != nil {
			return err
		}
		// What is charged once is not given back with days, and what nobody has paid neither.
		most := min(v.inv.Owed().Minor()-v.inv.Once.Minor(), minor)
		if v.inv.Status == StatusOpen {
			most = min(most, v.inv.Residual().Minor()-1)
		}
		if most <= 0 {
			continue
		}
		note, err := v.credit(ctx, prolong.NewMoney(most, n.sub.Currency), n.reason, change, 0)
		if err != nil {
			return err
		}
		if err := v.journal.Write(ctx); err != nil {
			return err
		}
		if len(used.Uses) > 0 {
			if err := billing.MarkCharged(ctx, n.tx, []billing.InvoicedCharge{{Invoice: int64(id), Charge: used}}); err != nil {
				return err
			}
			used.Uses = nil
		}
		n.done.Notes = append(n.done.Notes, note)
		minor -= most
	}
	// What can be given back is what was asked for, and no more.
	n.done.Credit = prolong.NewMoney(n.done.Credit.Minor()-minor, n.sub.Currency)
	return nil
}
