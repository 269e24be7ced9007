package backoffice

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

const (
	splitRowsMin   = 2
	splitRowsMax   = 12
	clientRunesMax = 100
)

// SplitPage is the data of office/payment_split: a payment for several clients.
type SplitPage struct {
	web.Base
	Payment banksync.Received
	Pieces  []Piece
	Rows    []SplitRow
	Action  string
	MoreOK  bool // another row may be asked for
	Back    string
	Note    string
	Problem string
}

// SplitRow is the share of one client.
type SplitRow struct {
	Client, Amount web.Field
	Found          string // who was recognised
}

func (r *Room) showSplit(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	return r.showSplitForm(c, http.StatusOK, billing.PaymentID(id), splitRowsMin, web.NewForm(nil), nil)
}

func (r *Room) showSplitForm(c *gin.Context, status int, id billing.PaymentID, rows int, form *web.Form, problem error) error {
	ctx := c.Request.Context()
	payment, err := r.banksync.FindReceivedByID(ctx, id)
	if err != nil {
		return err
	}
	if payment.State != billing.PaymentReview {
		return prolong.NewError(prolong.CodeConflict, "error.payment_not_in_review", prolong.Args{"ID": int64(id)})
	}
	history, err := r.banksync.DecisionsOf(ctx, id)
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	facts := paymentFacts{payment: payment, history: history}
	facts.queueBy, _ = queueOf(c)
	if facts.accounts, err = r.billing.FindAccountBriefs(ctx, partIDs(facts)); err != nil {
		return err
	}
	page := splitPage(base, facts, rows, form)
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/payment_split", "", page)
	return nil
}

// partIDs lists the accounts that matching found the payment to speak of.
func partIDs(f paymentFacts) []billing.AccountID {
	ids := []billing.AccountID{}
	for _, c := range f.decision().Candidates {
		ids = append(ids, billing.AccountID(c.AccountID))
	}
	return ids
}

func splitPage(b web.Base, f paymentFacts, rows int, form *web.Form) SplitPage {
	t, p := b.Translator, f.payment
	b.Title = t.T("office.split.title")
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: queueHref(paymentsPath, f.queueBy)}, {Text: t.T("office.payment.title", "Amount", p.Amount, "Date", p.ValueOn), Href: queueHref(paymentHref(p.ID), f.queueBy)}}
	page := SplitPage{Base: b, MoreOK: rows < splitRowsMax, Payment: p, Pieces: piecesOf(t, p, f.decision()), Action: queueHref(paymentHref(p.ID)+"/split", f.queueBy), Back: queueHref(paymentHref(p.ID), f.queueBy), Note: form.Value("note")}
	for i := range rows {
		client, amount := splitNames(i)
		row := SplitRow{Client: form.Field(t, "text", client, t.T("office.split.client")), Amount: form.Field(t, "text", amount, t.T("office.split.amount", "Currency", p.Amount.Currency().Symbol()))}
		row.Amount.InputMode = "decimal"
		// An untouched form begins with whom matching found.
		if ids := f.decision().Candidates; form.Value(client) == "" && form.Valid() && i < len(ids) {
			if a, ok := f.accounts[billing.AccountID(ids[i].AccountID)]; ok {
				row.Client.Value = string(a.PaymentCode)
			}
		}
		for _, a := range f.accounts {
			if row.Client.Value == string(a.PaymentCode) {
				row.Found = a.LegalName()
			}
		}
		page.Rows = append(page.Rows, row)
	}
	// Whom matching found stands there already: the next thing to type is the sum, else the client.
	if first := &page.Rows[0]; form.Valid() && rows == splitRowsMin {
		first.Amount.Autofocus, first.Client.Autofocus = first.Client.Value != "", first.Client.Value == ""
	}
	return page
}

func splitNames(i int) (client, amount string) {
	return fmt.Sprintf("client%d", i+1), fmt.Sprintf("amount%d", i+1)
}

// splitPayment gives a payment to several clients. The amount that is left empty gets the rest.
func (r *Room) splitPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	if form.Checked("more") {
		shown := int(form.Int("rows", splitRowsMin, splitRowsMax))
		return r.showSplitForm(c, http.StatusOK, billing.PaymentID(id), min(max(shown, splitRowsMin)+1, splitRowsMax), form, nil)
	}
	ctx := c.Request.Context()
	payment, err := r.banksync.FindReceivedByID(ctx, billing.PaymentID(id))
	if err != nil {
		return err
	}
	shares, rows, err := r.readShares(ctx, form, payment)
	if err != nil {
		return err
	}
	note := form.Lines("note", noteRunesMax)
	if !form.Valid() {
		return r.showSplitForm(c, http.StatusUnprocessableEntity, billing.PaymentID(id), rows, form, form.Err())
	}
	err = r.banksync.Assign(ctx, web.Actor(c), billing.PaymentID(id), shares, note)
	switch prolong.CodeOf(err) {
	case "":
		return r.afterDecision(c, billing.PaymentID(id), "flash.payment_split")
	case prolong.CodeInvalid, prolong.CodeNotFound:
		return r.showSplitForm(c, web.StatusOf(err), billing.PaymentID(id), rows, form, err)
	case prolong.CodeConflict, prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
	}
	return err
}

// readShares reads the rows of the form. A client is named by his payment code, invoice number,
// external id or tax id; an invoice that is named is paid first, then the oldest.
func (r *Room) readShares(ctx context.Context, form *web.Form, payment banksync.Received) (shares []banksync.Share, rows int, err error) {
	rest, without := payment.Amount.Minor(), -1
	cur := payment.Amount.Currency()
	for i := range splitRowsMax {
		client, amount := splitNames(i)
		text := form.Text(client, clientRunesMax)
		if form.Value(client) == "" && form.Value(amount) == "" {
			continue
		}
		rows = i + 1
		if text == "" {
			form.Required(client, clientRunesMax)
			continue
		}
		account, named, err := r.resolveClient(ctx, text)
		if err != nil {
			if prolong.CodeOf(err) == prolong.CodeInternal {
				return nil, rows, err
			}
			form.Reject(client, err)
			continue
		}
		share := banksync.Share{AccountID: account.ID}
		if share.Invoices, err = r.orderOf(ctx, account.ID, named, cur); err != nil {
			return nil, rows, err
		}
		if form.Value(amount) == "" && without < 0 {
			without = len(shares)
		} else {
			share.Amount = form.Money(amount, cur)
			rest -= share.Amount.Minor()
		}
		shares = append(shares, share)
	}
	if without >= 0 {
		shares[without].Amount = prolong.NewMoney(rest, cur)
	}
	return shares, max(rows, splitRowsMin), nil
}

// orderOf lists the open invoices of an account in the order in which a share pays them.
func (r *Room) orderOf(ctx context.Context, id billing.AccountID, named string, cur prolong.Currency) ([]invoices.InvoiceID, error) {
	open, err := r.invoices.OpenOf(ctx, []billing.AccountID{id})
	if err != nil {
		return nil, err
	}
	var first, others []invoices.InvoiceID
	for _, inv := range open[id] {
		switch {
		case inv.Total.Currency() != cur:
		case inv.Number == named:
			first = append(first, inv.ID)
		default:
			others = append(others, inv.ID)
		}
	}
	return append(first, others...), nil
}

// resolveClient finds the one client that a person means, and the invoice number if he wrote
// one. Returns CodeNotFound for nobody, CodeInvalid for several.
func (r *Room) resolveClient(ctx context.Context, text string) (account billing.AccountBrief, number string, err error) {
	if code, _, ok := strings.Cut(text, "-"); ok && prolong.ValidPaymentCode(code) {
		number = text
		text = code
	}
	list, err := r.billing.FindAccounts(ctx, billing.AccountFilter{Text: text, Limit: clientsFoundMax})
	if err != nil {
		return account, "", err
	}
	for _, a := range list {
		if string(a.PaymentCode) == text || a.ExternalID == text {
			return a, number, nil
		}
	}
	switch len(list) {
	case 0:
		return account, "", prolong.NewError(prolong.CodeNotFound, "error.client_not_found", prolong.Args{"Text": text})
	case 1:
		return list[0], number, nil
	}
	return account, "", prolong.NewError(prolong.CodeInvalid, "error.client_ambiguous", prolong.Args{"Text": text, "Count": len(list)})
}
