package invoices

import (
	"fmt"
	"strconv"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// paper says which layouts a seller's country uses.
type paper struct {
	invoice render.Kind
	act     render.Kind
}

var papers = map[prolong.Country]paper{
	prolong.Russia:     {render.KindInvoiceRU, render.KindActRU},
	prolong.Ukraine:    {render.KindInvoiceUA, render.KindActUA},
	prolong.Kazakhstan: {render.KindInvoiceKZ, render.KindActKZ},
}

func paperOf(country prolong.Country) paper {
	if p, ok := papers[country]; ok {
		return p
	}
	return paper{render.KindInvoiceEN, render.KindActEN}
}

// documentLanguage is the language of a seller's papers: that of his country's accountants.
func documentLanguage(country prolong.Country) string {
	switch country {
	case prolong.Ukraine:
		return "uk"
	case prolong.Russia, prolong.Kazakhstan, prolong.Belarus:
		return "ru"
	}
	return "en"
}

// paperLanguage is the language of a client's papers. A Kazakh one who is written to in Kazakh gets
// them in both languages of his country.
func paperLanguage(seller billing.Seller, account billing.Account) string {
	if seller.Country == prolong.Kazakhstan && account.Language == "kk" {
		return "kk"
	}
	return documentLanguage(seller.Country)
}

// sellerParty is the seller on a paper; status says why a part of it bears no VAT.
func sellerParty(s billing.Seller, b billing.BankAccount, status string) render.Party {
	short := s.ShortName
	if short == "" {
		short = billing.ShortLegalName(s.Name)
	}
	return render.Party{
		Name: s.Name, ShortName: short, SoleTrader: soleTrader(s.Name), TaxID: string(s.TaxID), KPP: s.KPP, RegNo: s.RegNo, Address: s.Address,
		Phone: s.Phone, Email: s.Email, Director: s.Director, Accountant: s.Accountant, TaxStatus: status, KBe: s.KBe, KNP: s.KNP,
		Account: render.BankAccount{Number: b.Number, BIC: b.BIC, Bank: b.Bank, CorrAccount: b.CorrAccount},
	}
}

func buyerParty(a billing.Account) render.Party {
	return render.Party{
		Name: a.LegalName(), ShortName: buyerShortName(a), SoleTrader: soleTrader(a.LegalName()), TaxID: string(a.TaxID), KPP: a.KPP, Address: a.Address, Phone: a.Phone, Email: a.Email,
		Account: render.BankAccount{Number: a.BankAccount, BIC: a.BankBIC}, Director: a.Signatory, DirectorTitle: a.SignatoryTitle,
	}
}

// buyerShortName stands above signatures and in running text, where the whole name stands elsewhere;
// empty where it is not shorter.
func buyerShortName(a billing.Account) string {
	if short := billing.ShortLegalName(a.LegalName()); short != a.LegalName() {
		return short
	}
	return ""
}

// soleTrader recognises an ИП, ФОП or ЖК by the legal form in front of the name.
func soleTrader(name string) bool {
	for _, form := range []string{"ИП ", "ФОП ", "ЖК ", "Индивидуальный предприниматель "} {
		if strings.HasPrefix(name, form) {
			return true
		}
	}
	return false
}

// serviceLine words the one line of a renewal invoice; the layout adds its period.
func serviceLine(language, plan string) string {
	format := map[string]string{
		"ru": "Доступ к сервису «%s»",
		"uk": "Доступ до сервісу «%s»",
		"kk": "«%[1]s» сервисіне қолжетімділік / Доступ к сервису «%[1]s»", // papers in Kazakh have Russian beside it
		"en": "Access to the service “%s”",
	}[language]
	return fmt.Sprintf(format, plan)
}

func shortDate(d prolong.Date) string { return d.Time().Format("02.01.2006") }

// unitCode is the unit (ед) of ОКЕИ: a service has none of its own there.
const unitCode = "642"

// unitOf words the unit of a subscription line.
func unitOf(language string) string {
	switch language {
	case "uk":
		return "посл."
	case "kk":
		return "қызм."
	case "en":
		return "service"
	}
	return "ед" // as ОКЕИ writes it: column 2а has to agree with column 2
}

func percent(basisPoints int) string {
	if basisPoints%100 == 0 {
		return strconv.Itoa(basisPoints / 100)
	}
	return strings.TrimRight(fmt.Sprintf("%d.%02d", basisPoints/100, basisPoints%100), "0")
}

// chargeLines words the lines of a charge for a paper in a language. A line whose days have
// several rates of tax becomes one for each (taxParts); what is of no period is supplied on the day
// on. Tax is worked out line by line, half up, so that lines and totals agree on every paper.
func chargeLines(language string, charge billing.Charge, seller billing.Seller, on prolong.Date) ([]render.Line, render.Totals, error) {
	lines := make([]render.Line, 0, len(charge.Lines))
	var totals render.Totals
	for _, l := range charge.Lines {
		parts, err := taxParts(seller, l.Period, on)
		if err != nil {
			return nil, totals, err
		}
		for _, part := range parts {
			some, err := shareOfLine(l, part.days)
			if err != nil {
				return nil, totals, err
			}
			line, err := chargeLine(language, some, part.rate)
			if err != nil {
				return nil, totals, err
			}
			lines = append(lines, line)
			totals.Net, totals.Tax, totals.Gross, totals.Discount = totals.Net+line.Net, totals.Tax+line.Tax, totals.Gross+line.Gross, totals.Discount+line.Discount
		}
	}
	return lines, totals, nil
}

func chargeLine(language string, l billing.ChargeLine, rate TaxRate) (render.Line, error) {
	tax, err := rate.Inside(l.Amount)
	if err != nil {
		return render.Line{}, err
	}
	line := render.Line{
		Code: l.Key, Name: l.Name, Period: l.Period, Unit: unitOf(language), UnitCode: unitCode, QuantityMilli: 1000 * l.Quantity,
		Price: l.Price.Minor(), Discount: l.Discount.Minor(), TaxKind: rate.kind(), TaxRateBP: rate.BasisPoints,
		Net: l.Amount.Minor() - tax.Minor(), Tax: tax.Minor(), Gross: l.Amount.Minor(),
	}
	if l.Kind == billing.LinePlan {
		line.Name = serviceLine(language, l.Name)
	}
	return line, nil
}

// shareOfLine is what some of a line's days cost: its price, with the tax in it, is divided by days,
// and so is its discount, so that the parts sum to the line (billing.Prorate).
func shareOfLine(l billing.ChargeLine, days prolong.Period) (billing.ChargeLine, error) {
	if days == l.Period {
		return l, nil
	}
	amount, err := billing.Prorate(l.Amount, l.Period, days)
	if err != nil {
		return l, err
	}
	discount, err := billing.Prorate(l.Discount, l.Period, days)
	if err != nil {
		return l, err
	}
	before, err := amount.Add(discount)
	if err != nil {
		return l, err
	}
	l.Amount, l.Discount, l.Period = amount, discount, days
	l.Price, err = before.MulRatio(1, l.Quantity, prolong.HalfUp)
	return l, err
}

// invoiceDocument freezes what stands on an invoice.
func invoiceDocument(seller billing.Seller, bank billing.BankAccount, account billing.Account, inv Invoice, lines []render.Line, totals render.Totals) render.Document {
	doc := render.Document{
		Version: render.SnapshotVersion, Kind: paperOf(seller.Country).invoice, Country: seller.Country, Language: paperLanguage(seller, account), Currency: inv.Total.Currency(),
		Number: inv.Number, Date: inv.IssuedOn, Seller: sellerParty(seller, bank, taxStatus(seller, paperLanguage(seller, account), lines, inv.IssuedOn)), Buyer: buyerParty(account), PricesIncludeTax: true,
		Lines: lines, Totals: totals,
		PaymentPurpose: purposeOfPayment(seller.Country, inv.Number, inv.IssuedOn, taxSums(lines), inv.Tax),
		DueOn:          inv.DueOn,
		Notice:         seller.Papers.Notice, Stamp: render.Image{SHA256: seller.Papers.Stamp}, Facsimile: render.Image{SHA256: seller.Papers.Facsimile},
	}
	if days := seller.Papers.ValidDays; days > 0 {
		doc.ValidUntil = inv.IssuedOn.AddDays(days)
		if doc.ValidUntil.Before(inv.DueOn) { // it is asked to be paid until then
			doc.ValidUntil = inv.DueOn
		}
	}
	return doc
}

// basisTitles name the invoice where another document refers to it.
var basisTitles = map[string]string{"ru": "Счёт", "uk": "Рахунок", "kk": "Шот / Счёт", "en": "Invoice"}

// actDocument freezes the closing document of a paid invoice: the same parties and lines as
// on the invoice, so that the two never disagree.
func actDocument(invoice render.Document, number string, on prolong.Date) render.Document {
	act := invoice
	act.Kind = paperOf(invoice.Country).act
	act.Number, act.Date = number, on
	act.Basis = render.Reference{Title: basisTitles[invoice.Language], Number: invoice.Number, Date: invoice.Date}
	act.PaymentPurpose, act.DueOn, act.ValidUntil, act.Notice = "", prolong.Date{}, prolong.Date{}, ""
	act.Stamp, act.Facsimile = render.Image{}, render.Image{} // never on a primary document
	return act
}
