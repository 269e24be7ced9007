package invoices

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

// orderPayDays is how long after its day the invoice of an order asks to be paid. Nothing
// stops when it is not.
const orderPayDays = 10

// ordersPacksMax keeps a slip of the finger off the paper.
const ordersPacksMax = 1000

// OrderPacks draws up the invoice of prepaid minutes: so many packs of a kind, in the currency
// of the account's subscription or, without one, of the pack's first price. The
// balance pays what it can; the minutes are there once the invoice is paid in full. key makes a
// repeated request return the first invoice. Returns CodeInvalid for a pack that the account's
// seller does not sell, or without a price.
func (s *Service) OrderPacks(ctx context.Context, actor prolong.Actor, account billing.AccountID, packKey string, packs int, key string) (Invoice, error) {
	var inv Invoice
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		inv, err = s.orderPacks(ctx, tx, actor, account, packKey, packs, key)
		return err
	})
	return inv, prolong.Wrap("invoices.OrderPacks", err)
}

func (s *Service) orderPacks(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.AccountID, packKey string, packs int, key string) (Invoice, error) {
	if packs < 1 || packs > ordersPacksMax {
		return Invoice{}, prolong.NewError(prolong.CodeInvalid, "error.pack_count", prolong.Args{"Max": ordersPacksMax})
	}
	account, err := billing.LockAccount(ctx, tx, id)
	if err != nil {
		return Invoice{}, err
	}
	if before, found, err := orderByKey(ctx, tx, id, key); err != nil || found {
		return before, err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return Invoice{}, err
	}
	pack, err := billing.PackIn(ctx, tx, account.SellerID, packKey)
	if err != nil {
		return Invoice{}, err
	}
	price, err := packPrice(ctx, tx, id, pack)
	if err != nil {
		return Invoice{}, err
	}
	numbers, err := takeInvoiceNumbers(ctx, tx, account)
	if err != nil {
		return Invoice{}, err
	}
	d, err := draftOrder(c, tx, account, numbers[0], pack, packs, price)
	if err != nil {
		return Invoice{}, err
	}
	drafts := []draft{d}
	if err := insertDrafts(ctx, tx, drafts); err != nil {
		return Invoice{}, err
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO prepaid_orders (invoice_id, account_id, pack_id, packs, minutes, valid_months, key) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		int64(drafts[0].ID), int64(id), int64(pack.ID), packs, packs*pack.Minutes, pack.ValidMonths, key); err != nil {
		return Invoice{}, err
	}
	today := map[billing.SellerID]prolong.Date{account.SellerID: d.IssuedOn}
	if err := s.settleFromBalances(ctx, tx, actor, c, drafts, today); err != nil {
		return Invoice{}, err
	}
	letters, err := addressed(ctx, tx, identity.TopicInvoices, d.IssuedOn, map[billing.AccountID]billing.Account{account.ID: account}, []notify.Message{drafts[0].message()})
	if err != nil {
		return Invoice{}, err
	}
	if _, err := s.notify.Queue(ctx, tx, letters...); err != nil {
		return Invoice{}, err
	}
	return drafts[0].Invoice, nil
}

func packPrice(ctx context.Context, tx postgres.Tx, account billing.AccountID, pack billing.Pack) (prolong.Money, error) {
	cur, err := billing.CurrencyIn(ctx, tx, account)
	if err != nil {
		return prolong.Money{}, err
	}
	if cur == "" && len(pack.Prices) > 0 {
		return pack.Prices[0], nil
	}
	price, ok := pack.Price(cur)
	if !ok {
		return price, prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": pack.Name, "Currency": cur})
	}
	return price, nil
}

func orderByKey(ctx context.Context, tx postgres.Tx, account billing.AccountID, key string) (Invoice, bool, error) {
	if key == "" {
		return Invoice{}, false, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "key"})
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i JOIN prepaid_orders o ON o.invoice_id = i.id WHERE o.account_id = $1 AND o.key = $2`, int64(account), key)
	if err != nil {
		return Invoice{}, false, err
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	if err != nil || len(list) == 0 {
		return Invoice{}, false, err
	}
	return list[0], true, nil
}

// draftOrder words the invoice of an order of packs.
func draftOrder(c billing.Catalog, tx postgres.Tx, account billing.Account, number string, pack billing.Pack, packs int, price prolong.Money) (draft, error) {
	d, err := draftOnce(c, tx, account, number, billing.OneOff{Key: pack.Key, Name: orderLine(documentLanguage(c.Sellers[account.SellerID].Country), pack), Quantity: packs, Price: price})
	d.plan.Name = pack.Name
	return d, err
}

// draftOnce words the invoice of something that is charged once. It is of no period:
// on the account it stands on its day.
func draftOnce(c billing.Catalog, tx postgres.Tx, account billing.Account, number string, once billing.OneOff) (draft, error) {
	price := once.Price
	seller := c.Sellers[account.SellerID]
	bank, ok := c.InvoiceAccount(seller.ID, price.Currency())
	if !ok {
		return draft{}, prolong.NewError(prolong.CodeInvalid, "error.seller_no_bank_account", prolong.Args{"Seller": seller.Key, "Currency": price.Currency()})
	}
	today := seller.Today(tx.Now)
	total := prolong.NewMoney(price.Minor()*int64(once.Quantity), price.Currency())
	charge := billing.Charge{Total: total, Once: total, Lines: []billing.ChargeLine{{Kind: billing.LineFee, Key: once.Key, Name: once.Name,
		Quantity: int64(once.Quantity), Price: price, Discount: prolong.NewMoney(0, price.Currency()), Amount: total}}}
	lines, totals, err := chargeLines(paperLanguage(seller, account), charge, seller, today)
	if err != nil {
		return draft{}, err
	}
	d := draft{account: account, plan: billing.Plan{Key: once.Key, Name: once.Name}, charge: charge, Invoice: Invoice{
		Kind: KindOrder, SellerID: seller.ID, AccountID: account.ID, BankAccountID: bank.ID, Number: number,
		IssuedOn: today, DueOn: today.AddDays(orderPayDays), Period: prolong.Period{From: today, To: today.AddDays(1)},
		Total: total, Tax: prolong.NewMoney(totals.Tax, price.Currency()), Paid: prolong.NewMoney(0, price.Currency()), Credited: prolong.NewMoney(0, price.Currency()),
		Once: total, Status: StatusOpen,
	}}
	d.document = invoiceDocument(seller, bank, account, d.Invoice, lines, totals)
	d.document.Lines[0].Unit = orderUnits[d.document.Language]
	return d, nil
}

// orderUnits word the piece in which packs are counted.
var orderUnits = map[string]string{"ru": "шт.", "uk": "шт.", "kk": "дана", "en": "pcs"}

// orderLine words what a pack is.
func orderLine(language string, pack billing.Pack) string {
	hours := strconv.Itoa(pack.Minutes / 60)
	if rest := pack.Minutes % 60; rest != 0 {
		hours = fmt.Sprintf("%d:%02d", pack.Minutes/60, rest)
	}
	format := map[string]string{
		"ru": "%s: время специалиста, %s ч",
		"uk": "%s: час спеціаліста, %s год",
		"kk": "%s: маман уақыты, %s сағ",
		"en": "%s: specialist time, %s h",
	}[language]
	return fmt.Sprintf(format, pack.Name, hours)
}

// grantOrders gives the minutes of orders that are paid in full now.
func (w *settling) grantOrders(ctx context.Context) error {
	var ids []int64
	paidOn := map[int64]prolong.Date{}
	for _, inv := range w.touched {
		if inv.SubscriptionID == 0 && inv.Status == StatusPaid {
			ids = append(ids, int64(inv.ID))
			paidOn[int64(inv.ID)] = inv.PaidOn
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := w.tx.Pgx.Query(ctx, `SELECT invoice_id, account_id, minutes, valid_months FROM prepaid_orders WHERE invoice_id = ANY($1) ORDER BY invoice_id`, ids)
	if err != nil {
		return err
	}
	type order struct {
		Invoice, Account int64
		Minutes, Months  int
	}
	orders, err := pgx.CollectRows(rows, pgx.RowToStructByPos[order])
	if err != nil {
		return err
	}
	for _, o := range orders {
		var until prolong.Date
		if on := paidOn[o.Invoice]; o.Months > 0 {
			until = on.AddMonths(o.Months, on.Day()).AddDays(-1)
		}
		if err := billing.GrantMinutes(ctx, w.tx, w.actor, billing.AccountID(o.Account), o.Invoice, o.Minutes, until); err != nil {
			return err
		}
	}
	return nil
}
