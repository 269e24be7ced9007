package backoffice

import (
	"context"
	"net/url"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/internal/web"
)

const (
	paymentQueryMax = 100
	// paymentPastMonths is how far back a text is looked for where the reader names no day: texts
	// of the bank have no index, and a year answers nearly every question.
	paymentPastMonths = 12
)

// PaymentSearch is the filter above a list of received money. All of it stands in the address, so
// that a search can be kept as a bookmark and sent to a colleague.
type PaymentSearch struct {
	Fields []web.Field
	State  string // of the list, kept when the filter changes
	Client int64  // whose payments are listed; 0 for everybody's
	Clear  string // the list without the filter; empty while there is none
	Found  string // how many there are and their sum; empty without a filter
}

// paymentSearch reads the filter of the address into f. What is wrong stands at its field.
func paymentSearch(b web.Base, c *gin.Context, state string, f *banksync.ReviewFilter) (search PaymentSearch, kept url.Values, err error) {
	form := web.ReadQuery(c)
	f.Text, f.Since, f.Until = form.Text("q", paymentQueryMax), form.Date("from"), form.Date("to")
	if form.Valid() && !f.Since.IsZero() && f.Until.Before(f.Since) && !f.Until.IsZero() {
		form.Reject("to", prolong.NewError(prolong.CodeInvalid, "error.period_invalid", prolong.Args{"From": f.Since, "To": f.Until}))
	}
	text, since, until := form.Field(b.Translator, "search", "q", b.T("office.payments.find")), form.Field(b.Translator, "date", "from", b.T("office.payments.from")), form.Field(b.Translator, "date", "to", b.T("office.payments.to"))
	text.Placeholder, text.LenMax = b.T("office.payments.find_hint"), paymentQueryMax
	if f.Text != "" && f.Since.IsZero() && form.Valid() {
		now := today(b)
		f.Since = now.AddMonths(-paymentPastMonths, now.Day())
		since.Value = f.Since.String() // said where the reader can change it
	}
	search = PaymentSearch{Fields: []web.Field{text, since, until}, State: state, Client: int64(f.AccountID)}
	kept = url.Values{}
	for _, name := range []string{"q", "from", "to"} {
		if v := form.Value(name); v != "" {
			kept.Set(name, v)
		}
	}
	if len(kept) > 0 {
		search.Clear = withParams(paymentsPath, "state", state, "client", int64(f.AccountID))
	}
	return search, kept, form.Err()
}

// amountsOf reads a text as a sum in each currency that is received, in minor units without
// repeats; nothing if it can be none.
func (r *Room) amountsOf(ctx context.Context, text string) ([]int64, error) {
	if !looksLikeSum(text) {
		return nil, nil
	}
	catalog, err := r.billing.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	var all []int64
	seen := map[int64]bool{}
	for _, account := range catalog.BankAccounts {
		if amount, err := prolong.ParseMoney(text, account.Currency); err == nil && amount.Minor() > 0 && !seen[amount.Minor()] {
			seen[amount.Minor()] = true
			all = append(all, amount.Minor())
		}
	}
	return all, nil
}

// foundWords says how many payments a filter finds, and their sum.
func foundWords(b web.Base, found []banksync.FoundSum) string {
	count := 0
	var amounts []prolong.Money
	for _, f := range found {
		count, amounts = count+f.Count, append(amounts, f.Amount)
	}
	if count == 0 {
		return ""
	}
	return b.N("office.tile.payments", count) + " · " + sums(b.Translator, amounts)
}
