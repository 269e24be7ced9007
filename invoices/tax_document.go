package invoices

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// Russian sellers that pay VAT give their buyers счета-фактуры: one on an advance that is not
// closed within five days, one on the supply, which names the first in line 5б (ПП РФ № 1137,
// ПП РФ № 26 of 23.01.2026; documents.md 2.3).

// closingKind is what closes the seller's invoices.
func closingKind(seller billing.Seller) DocumentKind {
	if seller.Country == prolong.Russia && seller.Closing == billing.ClosingUPD {
		return DocumentUPD
	}
	return DocumentAct
}

// prepayment is what was paid before the supply.
type prepayment struct {
	orders   []render.Reference // line 5
	advances []render.Reference // line 5б
}

// closingDocument freezes what closes a paid invoice: an act or, as the seller wants it, a УПД,
// which is a счёт-фактура as well (status 1) where there is VAT.
func closingDocument(seller billing.Seller, invoice render.Document, number string, on prolong.Date, paid prepayment) render.Document {
	doc := actDocument(invoice, number, on)
	doc.AcceptanceDays = seller.Papers.AcceptanceDays
	if closingKind(seller) != DocumentUPD {
		doc.OneSided = seller.Papers.OneSided
		return doc
	}
	doc.Kind, doc.UPDStatus = render.KindUPD, 2
	if taxed(doc) {
		doc.UPDStatus, doc.PaymentOrders, doc.Advances = 1, paid.orders, paid.advances
	}
	return doc
}

func taxed(doc render.Document) bool {
	for i := range doc.Lines {
		if doc.Lines[i].TaxKind != render.TaxExempt {
			return true
		}
	}
	return false
}

// taxInvoices draws up the счета-фактуры of a batch of acts.
type taxInvoices struct {
	seller billing.Seller
	today  prolong.Date
	now    time.Time
	first  int
	ids    []int64
	rows   [][]any
}

// newTaxInvoices takes numbers and ids for those of the paid invoices that need one. Numbers of
// счета-фактуры run through supplies and advances alike.
func newTaxInvoices(ctx context.Context, tx postgres.Tx, seller billing.Seller, due []paidInvoice, today prolong.Date) (t *taxInvoices, err error) {
	t = &taxInvoices{seller: seller, today: today, now: tx.Now}
	if seller.Country != prolong.Russia || seller.Closing != billing.ClosingActSF {
		return t, nil
	}
	n := 0
	for i := range due {
		if taxed(due[i].snapshot) {
			n++
		}
	}
	if n == 0 {
		return t, nil
	}
	if t.first, err = takeNumbers(ctx, tx, seller.ID, DocumentSF, today.Year(), n); err != nil {
		return nil, err
	}
	t.ids, err = postgres.NextIDs(ctx, tx, "documents", n)
	return t, err
}

// add draws up the счёт-фактура to an act; 0 if the supply needs none.
func (t *taxInvoices) add(inv *paidInvoice, act render.Document, paid prepayment) (id int64, err error) {
	n := len(t.rows)
	if n >= len(t.ids) || !taxed(act) {
		return 0, nil
	}
	number := documentNumber(t.today.Year(), t.first+n)
	doc := act
	doc.Kind, doc.Number, doc.Basis, doc.AcceptanceDays = render.KindTaxInvoice, number, render.Reference{}, 0
	doc.PaymentOrders, doc.Advances = paid.orders, paid.advances
	doc.Shipments = []render.Reference{{Title: "Акт", Number: act.Number, Date: act.Date}}
	snapshot, err := json.Marshal(doc)
	if err != nil {
		return 0, err
	}
	t.rows = append(t.rows, []any{t.ids[n], int64(t.seller.ID), int64(inv.AccountID), int64(inv.ID), string(DocumentSF), t.today.Year(), t.first + n, number, t.today,
		inv.Period.From, inv.Period.To, string(inv.Total.Currency()), inv.Total.Minor(), inv.Tax.Minor(), "issued", snapshot, render.RendererVersion, t.now})
	return t.ids[n], nil
}

// prepaying are the channels of money that clients have paid: what is moved between accounts or
// written off is no prepayment.
var prepaying = []billing.Channel{billing.ChannelBank, billing.ChannelCard, billing.ChannelSplit}

// prepaymentsOf finds what was paid for invoices before they are closed, with the
// счета-фактуры on those advances.
func prepaymentsOf(ctx context.Context, tx postgres.Tx, seller billing.Seller, due []paidInvoice, today prolong.Date) (map[InvoiceID]prepayment, error) {
	if seller.Country != prolong.Russia || seller.Closing == billing.ClosingAct || seller.Closing == "" {
		return nil, nil
	}
	ids := make([]int64, len(due))
	for i := range due {
		ids[i] = int64(due[i].ID)
	}
	rows, err := tx.Pgx.Query(ctx, `
		SELECT DISTINCT l.invoice_id AS invoice, l.payment_id AS payment, coalesce(o.number, '') AS "order", coalesce(d.number, '') AS advance, d.issued_on
		FROM allocations l LEFT JOIN payment_orders o ON o.payment_id = l.payment_id
		LEFT JOIN documents d ON d.payment_id = l.payment_id AND d.kind = 'sf' AND d.status = 'issued' AND d.account_id = l.account_id
		WHERE l.invoice_id = ANY($1) AND l.amount_minor > 0 AND NOT EXISTS (SELECT FROM allocations r WHERE r.reverses_id = l.id)`, ids)
	if err != nil {
		return nil, err
	}
	type share struct {
		Invoice, Payment int64
		Order, Advance   string
		IssuedOn         prolong.Date // of the advance's paper
	}
	shares, err := pgx.CollectRows(rows, pgx.RowToStructByPos[share])
	if err != nil {
		return nil, err
	}
	paymentIDs := make([]billing.PaymentID, len(shares))
	for i, x := range shares {
		paymentIDs[i] = billing.PaymentID(x.Payment)
	}
	payments, err := billing.PaymentsIn(ctx, tx, paymentIDs)
	if err != nil {
		return nil, err
	}
	valueOn := func(x share) prolong.Date { return payments[billing.PaymentID(x.Payment)].ValueOn }
	slices.SortFunc(shares, func(a, b share) int {
		return cmp.Or(valueOn(a).Compare(valueOn(b)), cmp.Compare(a.Payment, b.Payment), cmp.Compare(a.Advance, b.Advance))
	})
	paid := map[InvoiceID]prepayment{}
	for _, x := range shares {
		if !slices.Contains(prepaying, payments[billing.PaymentID(x.Payment)].Channel) || valueOn(x).After(today) {
			continue
		}
		p := paid[InvoiceID(x.Invoice)]
		if x.Order != "" {
			p.orders = append(p.orders, render.Reference{Number: x.Order, Date: valueOn(x)})
		}
		if x.Advance != "" {
			p.advances = append(p.advances, render.Reference{Number: x.Advance, Date: x.IssuedOn})
		}
		paid[InvoiceID(x.Invoice)] = p
	}
	return paid, nil
}

// keepPaymentOrders remembers the numbers of payment orders for the papers that name them.
func keepPaymentOrders(ctx context.Context, tx postgres.Tx, settlements []Settlement) error {
	var ids []int64
	var numbers []string
	for i := range settlements {
		if st := &settlements[i]; st.DocNo != "" {
			ids, numbers = append(ids, int64(st.Payment.ID)), append(numbers, st.DocNo)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO payment_orders (payment_id, number) SELECT * FROM unnest($1::bigint[], $2::text[])
		ON CONFLICT ON CONSTRAINT payment_orders_pkey DO UPDATE SET number = excluded.number WHERE payment_orders.number <> excluded.number`, ids, numbers)
	return err
}

// Advanced counts what an advance sweep did.
type Advanced struct {
	Documents int `json:"documents"`
	Cancelled int `json:"cancelled"`
}

const (
	advanceBatch = 500
	// advanceWaitDays is how long a supply may close an advance so that it needs no
	// счёт-фактура of its own: the law gives five calendar days.
	advanceWaitDays = 4
)

// AdvanceDue draws up the счёт-фактура on every advance that no supply has closed within the
// days that the law gives, at the latest on the last day of its quarter, and cancels those whose
// money turned out to be another client's; a zero on means today. An advance gets one. It may
// run at any time and in any number of processes.
func (s *Service) AdvanceDue(ctx context.Context, actor prolong.Actor, on prolong.Date) (Advanced, error) {
	var done Advanced
	c, err := billing.New(s.db, s.log).Catalog(ctx)
	if err != nil {
		return done, prolong.Wrap("invoices.AdvanceDue", err)
	}
	for _, seller := range c.Sellers {
		if seller.Country != prolong.Russia {
			continue
		}
		n, err := s.inBatches(ctx, seller, on, advanceBatch, func(ctx context.Context, tx postgres.Tx, today prolong.Date) (int, error) {
			cancelled, err := s.cancelStrayAdvances(ctx, tx, actor, seller, today)
			done.Cancelled += cancelled
			if err != nil || seller.AdvanceFrom.IsZero() {
				return 0, err
			}
			return s.advanceBatch(ctx, tx, c, seller, today)
		})
		done.Documents += n
		if err != nil {
			return done, prolong.Wrap("invoices.AdvanceDue", err)
		}
	}
	return done, nil
}

// advance is money that no supply has closed yet.
type advance struct {
	payment  int64
	account  billing.AccountID
	valueOn  prolong.Date
	order    string
	unclosed prolong.Money
}

// endsQuarter says whether the day is the last of a quarter.
func endsQuarter(d prolong.Date) bool {
	next := d.AddDays(1)
	return next.Day() == 1 && (int(next.Month())-1)%3 == 0
}

func (s *Service) advanceBatch(ctx context.Context, tx postgres.Tx, c billing.Catalog, seller billing.Seller, today prolong.Date) (int, error) {
	until := today.AddDays(-advanceWaitDays)
	if endsQuarter(today) {
		until = today
	}
	due, err := claimAdvances(ctx, tx, seller, until)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var wanted []billing.AccountID
	for _, a := range due {
		wanted = append(wanted, a.account)
	}
	accounts, err := billing.LockAccounts(ctx, tx, wanted)
	if err != nil {
		return 0, err
	}
	first, err := takeNumbers(ctx, tx, seller.ID, DocumentSF, today.Year(), len(due))
	if err != nil {
		return 0, err
	}
	ids, err := postgres.NextIDs(ctx, tx, "documents", len(due))
	if err != nil {
		return 0, err
	}
	var rows [][]any
	var messages []notify.Message
	for i, a := range due {
		number := documentNumber(today.Year(), first+i)
		doc, err := advanceDocument(c, seller, accounts[a.account], a, number, today)
		if err != nil {
			return 0, err
		}
		snapshot, err := json.Marshal(doc)
		if err != nil {
			return 0, err
		}
		rows = append(rows, []any{ids[i], int64(seller.ID), int64(a.account), nil, string(DocumentSF), today.Year(), first + i, number, today,
			a.valueOn, a.valueOn.AddDays(1), string(a.unclosed.Currency()), doc.Totals.Gross, doc.Totals.Tax, "issued", snapshot, render.RendererVersion, tx.Now, a.payment})
		messages = append(messages, notify.Message{
			Subject: notify.Subject{Kind: "document", ID: ids[i]}, AccountID: a.account, SellerID: seller.ID,
			Payload:     notify.DocumentReady{Kind: notify.DocumentVATInvoice, Number: number, IssuedOn: today, Total: a.unclosed, AccountName: accounts[a.account].LegalName()},
			Attachments: []notify.Attachment{{Kind: AttachDocument, ID: ids[i]}},
		})
	}
	if _, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"documents"}, append(documentColumns[:len(documentColumns):len(documentColumns)], "payment_id"), pgx.CopyFromRows(rows)); err != nil {
		return 0, postgres.MapConstraint(err, constraints)
	}
	if messages, err = addressed(ctx, tx, identity.TopicDocuments, today, accounts, messages); err != nil {
		return 0, err
	}
	_, err = s.notify.Queue(ctx, tx, messages...)
	return len(due), err
}

// claimAdvances locks received money up to a day of which a part is closed by no document.
func claimAdvances(ctx context.Context, tx postgres.Tx, seller billing.Seller, until prolong.Date) ([]advance, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT p.id, p.account_id, p.value_on, coalesce(o.number, ''), p.currency, p.amount_minor - p.refunded_minor - coalesce(closed.sum, 0)
		FROM published_payments p LEFT JOIN payment_orders o ON o.payment_id = p.id
		LEFT JOIN LATERAL (SELECT sum(l.amount_minor) AS sum FROM allocations l WHERE l.payment_id = p.id
			AND EXISTS (SELECT FROM documents d WHERE d.invoice_id = l.invoice_id AND d.kind IN ('act', 'upd') AND d.status = 'issued')) closed ON true
		WHERE p.seller_id = $1 AND p.state = 'matched' AND p.channel IN ('bank', 'card', 'split') AND p.currency = 'RUB' AND p.value_on BETWEEN $2 AND $3
			AND p.amount_minor - p.refunded_minor - coalesce(closed.sum, 0) > 0
			AND NOT EXISTS (SELECT FROM documents d WHERE d.payment_id = p.id AND d.kind = 'sf' AND d.status = 'issued')
		ORDER BY p.value_on, p.id LIMIT $4 FOR NO KEY UPDATE OF p SKIP LOCKED`, int64(seller.ID), seller.AdvanceFrom, until, advanceBatch)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a advance, err error) {
		var cur string
		var minor int64
		err = row.Scan(&a.payment, (*int64)(&a.account), &a.valueOn, &a.order, &cur, &minor)
		a.unclosed = prolong.NewMoney(minor, prolong.Currency(cur))
		return a, err
	})
	if err != nil {
		return nil, err
	}
	var due []advance
	for _, a := range list {
		rate, err := TaxOn(seller.Country, seller.VATOn(a.valueOn), a.valueOn)
		if err != nil {
			return nil, err
		}
		if !rate.Exempt {
			due = append(due, a)
		}
	}
	return due, nil
}

// advanceDocument freezes a счёт-фактура on an advance: the estimated rate r/(100+r) of the day
// of the money, neither quantity nor price (documents.md 2.3).
func advanceDocument(c billing.Catalog, seller billing.Seller, account billing.Account, a advance, number string, today prolong.Date) (render.Document, error) {
	rate, err := TaxOn(seller.Country, seller.VATOn(a.valueOn), a.valueOn)
	if err != nil {
		return render.Document{}, err
	}
	tax, err := rate.Inside(a.unclosed)
	if err != nil {
		return render.Document{}, err
	}
	bank, _ := c.InvoiceAccount(seller.ID, a.unclosed.Currency())
	net, gross := a.unclosed.Minor()-tax.Minor(), a.unclosed.Minor()
	doc := render.Document{
		Version: render.SnapshotVersion, Kind: render.KindTaxInvoice, Country: seller.Country, Language: documentLanguage(seller.Country), Currency: a.unclosed.Currency(),
		Number: number, Date: today, Seller: sellerParty(seller, bank, ""), Buyer: buyerParty(account), PricesIncludeTax: true, ForAdvance: true,
		Lines:  []render.Line{{Name: "Предварительная оплата услуг: доступ к сервису", TaxKind: render.TaxAdvance, TaxRateBP: rate.BasisPoints, Net: net, Tax: tax.Minor(), Gross: gross}},
		Totals: render.Totals{Net: net, Tax: tax.Minor(), Gross: gross},
	}
	if a.order != "" {
		doc.PaymentOrders = []render.Reference{{Number: a.order, Date: a.valueOn}}
	}
	return doc, nil
}

// cancelStrayAdvances cancels счета-фактуры on advances whose money is not that client's: it was
// put elsewhere, or is in question again. The next sweep draws up the right one.
func (s *Service) cancelStrayAdvances(ctx context.Context, tx postgres.Tx, actor prolong.Actor, seller billing.Seller, today prolong.Date) (int, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT d.id, d.account_id, d.period_from, d.period_to, d.currency, d.total_minor, d.tax_minor, d.snapshot
		FROM documents d JOIN published_payments p ON p.id = d.payment_id
		WHERE d.seller_id = $1 AND d.kind = 'sf' AND d.status = 'issued' AND (p.state <> 'matched' OR p.account_id <> d.account_id)
		ORDER BY d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED`, int64(seller.ID), advanceBatch)
	if err != nil {
		return 0, err
	}
	type stray struct {
		ID, Account int64
		From, To    prolong.Date
		Currency    string
		Total, Tax  int64
		Snapshot    []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stray])
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		inv := Invoice{AccountID: billing.AccountID(d.Account), Period: prolong.Period{From: d.From, To: d.To}, Total: prolong.NewMoney(d.Total, prolong.Currency(d.Currency))}
		if err := s.storno(ctx, tx, billing.NewJournal(tx, actor), seller, inv, today, d.ID, d.Snapshot, d.Total, d.Tax, false); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
