package match

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"prolong"
)

// account is the compact form: a million of them must fit. Rarely used lists are behind a
// pointer.
type account struct {
	id       int64
	code     uint64
	price    int64
	name     string
	taxID    string
	bank     string
	currency prolong.Currency
	open     []invoice // oldest due first
	more     *accountMore
}

// same says whether two records of an account are found by the same things and tell the same;
// open invoices do not count.
func (a account) same(b account) bool {
	if a.id != b.id || a.code != b.code || a.price != b.price || a.name != b.name || a.taxID != b.taxID || a.bank != b.bank || a.currency != b.currency {
		return false
	}
	var x, y accountMore
	if a.more != nil {
		x = *a.more
	}
	if b.more != nil {
		y = *b.more
	}
	return x.group == y.group && x.kpp == y.kpp && slices.Equal(x.taxIDs, y.taxIDs) && slices.Equal(x.banks, y.banks) && slices.Equal(x.contracts, y.contracts) && slices.Equal(x.legacy, y.legacy) && slices.Equal(x.closed, y.closed)
}

// accountMore holds what most accounts do not have.
type accountMore struct {
	taxIDs    []string // beyond the first
	banks     []string // beyond the first
	contracts []string
	legacy    []string
	group     string
	kpp       string   // a branch's; the head office's says nothing
	closed    []string // closed numbers that are not code and running number
}

// invoice is the compact form of an open invoice. The number is code and running number
// unless text is set.
type invoice struct {
	id       int64
	residual int64
	vat      int64
	currency prolong.Currency
	text     string
	issued   prolong.Date
	due      prolong.Date
	from     prolong.Date
	to       prolong.Date
	running  uint32
}

func compareInvoices(a, b invoice) int {
	return cmp.Or(a.due.Compare(b.due), a.issued.Compare(b.issued), cmp.Compare(a.id, b.id))
}

// openInvoices returns the invoices in the form that Allocate takes.
func (a *account) openInvoices() []OpenInvoice {
	out := make([]OpenInvoice, len(a.open))
	for i, inv := range a.open {
		out[i] = OpenInvoice{ID: inv.id, Number: a.numberOf(inv), ResidualMinor: inv.residual, IssuedOn: inv.issued, DueOn: inv.due}
	}
	return out
}

// numberOf returns the invoice's number as printed.
func (a *account) numberOf(inv invoice) string {
	if inv.text != "" {
		return inv.text
	}
	return a.number(inv.running)
}

func (a *account) number(running uint32) string {
	return prolong.PaymentCode(strconv.FormatUint(a.code, 10)).InvoiceNumber(int(running))
}

// renumbered returns the open invoices with their numbers spelled out, for an account whose
// code changed: what was printed stays printed.
func (a *account) renumbered() []invoice {
	out := slices.Clone(a.open)
	for i := range out {
		out[i].text = a.numberOf(out[i])
	}
	return out
}

// taxIDs returns all tax ids, the present one first.
func (a *account) taxIDs() []string {
	if a.taxID == "" {
		return nil
	}
	if a.more == nil {
		return []string{a.taxID}
	}
	return append([]string{a.taxID}, a.more.taxIDs...)
}

func (a *account) banks() []string {
	if a.bank == "" {
		return nil
	}
	if a.more == nil {
		return []string{a.bank}
	}
	return append([]string{a.bank}, a.more.banks...)
}

func (a *account) contracts() []string {
	if a.more == nil {
		return nil
	}
	return a.more.contracts
}

func (a *account) kpp() string {
	if a.more == nil {
		return ""
	}
	return a.more.kpp
}

func (a *account) group() string {
	if a.more == nil {
		return ""
	}
	return a.more.group
}

// runningNumber splits "58291375-12" and returns 12 if the code is the account's.
func runningNumber(code uint64, number string) (uint32, bool) {
	head, tail, ok := strings.Cut(number, "-")
	if !ok || head != strconv.FormatUint(code, 10) || len(tail) < 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(tail, 10, 32)
	if err != nil || prolong.PaymentCode(head).InvoiceNumber(int(n)) != number {
		return 0, false
	}
	return uint32(n), true
}

// codeValue returns the code as a number; codes never begin with a zero.
func codeValue(code prolong.PaymentCode) (uint64, error) {
	if !prolong.ValidPaymentCode(string(code)) {
		return 0, prolong.NewError(prolong.CodeInvalid, "error.payment_code", prolong.Args{"Value": string(code)})
	}
	return strconv.ParseUint(string(code), 10, 64)
}

// cleanIDs drops spaces and what banks write for "none".
func cleanIDs(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id = cleanID(id); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func cleanID(id string) string {
	id = strings.ToUpper(strings.Join(strings.Fields(id), ""))
	if strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}

// references turns running numbers into invoices and says whether one of them is open. "-00"
// is how kopecks look, and names no invoice unless there is one.
func (a *account) references(running []uint32) (refs []Reference, open bool) {
	for _, n := range running {
		ref := Reference{AccountID: a.id, Number: a.number(n)}
		for _, inv := range a.open {
			if inv.text == "" && inv.running == n {
				ref.InvoiceID, open = inv.id, true
			}
		}
		if n != 0 || ref.InvoiceID != 0 {
			refs = append(refs, ref)
		}
	}
	return refs, open
}
