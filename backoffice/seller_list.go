package backoffice

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/invoices/upd"
	"prolong/notify"
)

// sellersPath shows what the sellers are set to. Settings are changed by `prolong apply`.
const sellersPath = "/office/sellers"

// SellerListPage is the data of office/seller_list.
type SellerListPage struct {
	web.Base
	Sellers []SellerCard
}

// SellerCard is one seller with all that is declared about him.
type SellerCard struct {
	Key, Name string
	Sections  []SellerSection
	Pictures  []SellerPicture
	Accounts  []SellerAccount
}

// SellerSection is a part of the settings.
type SellerSection struct {
	Title string
	Facts []Fact
}

// SellerPicture is a stamp or a facsimile, as invoices show it.
type SellerPicture struct{ Title, Src string }

// SellerAccount is a bank account with the way its statements come in.
type SellerAccount struct {
	Number, Bank, BIC, Corr, Currency, Source string
	Printed                                   bool // stands on invoices in its currency
}

// sellerFacts is what the page is made of.
type sellerFacts struct {
	catalog  billing.Catalog
	hours    map[billing.SellerID]notify.Hours
	exchange map[billing.SellerID]invoices.Exchange
}

func (r *Room) listSellers(c *gin.Context) error {
	base, err := r.base(c, "office.sellers.title")
	if err != nil {
		return err
	}
	f, err := r.sellerFacts(c.Request.Context())
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/seller_list", "", sellerListPage(base, f))
	return nil
}

func (r *Room) sellerFacts(ctx context.Context) (f sellerFacts, err error) {
	if f.catalog, err = r.billing.Catalog(ctx); err != nil {
		return f, err
	}
	if f.hours, err = r.notify.FindHours(ctx); err != nil {
		return f, err
	}
	f.exchange = map[billing.SellerID]invoices.Exchange{}
	for id := range f.catalog.Sellers {
		if f.exchange[id], err = r.invoices.ExchangeOf(ctx, id); err != nil {
			return f, err
		}
	}
	return f, nil
}

// sellerPicture sends a stamp or a facsimile. Its address names its content, so it never changes.
func (r *Room) sellerPicture(c *gin.Context) error {
	png, err := r.billing.ImagePNG(c.Request.Context(), c.Param("sha"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "private, max-age=31536000, immutable")
	c.Data(http.StatusOK, "image/png", png)
	return nil
}

func sellerListPage(b web.Base, f sellerFacts) SellerListPage {
	page := SellerListPage{Base: b}
	for id, s := range f.catalog.Sellers {
		h, has := f.hours[id]
		card := SellerCard{Key: s.Key, Name: s.Name, Accounts: sellerAccounts(b.Translator, f.catalog, id)}
		for _, section := range []SellerSection{
			requisiteSection(b.Translator, s), taxSection(b, s), paperSection(b.Translator, s), letterSection(b.Translator, s, h, has),
			exchangeSection(b.Translator, f.exchange[id]), chartSection(b.Translator, s, f.exchange[id]),
		} {
			section.Facts = slices.DeleteFunc(section.Facts, func(x Fact) bool { return x.Value == "" })
			card.Sections = append(card.Sections, section)
		}
		for _, picture := range []struct{ title, sha string }{{"office.sellers.stamp", s.Papers.Stamp}, {"office.sellers.facsimile", s.Papers.Facsimile}} {
			if picture.sha != "" {
				card.Pictures = append(card.Pictures, SellerPicture{b.T(picture.title), sellersPath + "/images/" + picture.sha})
			}
		}
		page.Sellers = append(page.Sellers, card)
	}
	slices.SortFunc(page.Sellers, func(x, y SellerCard) int { return cmp.Compare(x.Key, y.Key) })
	return page
}

func requisiteSection(t i18n.Translator, s billing.Seller) SellerSection {
	return SellerSection{t.T("office.sellers.requisites"), []Fact{
		{t.T("office.sellers.name"), s.Name, false}, {t.T("office.sellers.short_name"), s.ShortName, false}, {t.T("office.sellers.country"), t.T("office.sellers.country_name." + string(s.Country)), false},
		{t.T("office.sellers.tax_id." + string(s.Country)), string(s.TaxID), true}, {t.T("office.sellers.kpp"), s.KPP, true}, {t.T("office.sellers.reg_no"), s.RegNo, true},
		{t.T("office.sellers.kbe"), s.KBe, false}, {t.T("office.sellers.knp"), s.KNP, false},
		{t.T("office.sellers.address"), s.Address, true}, {t.T("office.sellers.phone"), s.Phone, false}, {t.T("office.sellers.email"), s.Email, false},
		{t.T("office.sellers.director"), s.Director, false}, {t.T("office.sellers.accountant"), s.Accountant, false}, {t.T("office.sellers.zone"), s.Location.String(), false},
	}}
}

// taxSection says the regime of today first, then how it came and what it becomes.
func taxSection(b web.Base, s billing.Seller) SellerSection {
	t := b.Translator
	regime := func(r billing.VATRegime) string { return t.T("office.sellers.vat." + string(r)) }
	facts := []Fact{{t.T("office.sellers.vat_now"), regime(s.VATOn(s.Today(b.Now))), false}}
	if len(s.VATChanges) > 0 {
		facts = append(facts, Fact{t.T("office.sellers.vat_first"), regime(s.VAT), false})
	}
	for _, change := range s.VATChanges {
		facts = append(facts, Fact{t.T("office.sellers.vat_from", "Date", change.From), regime(change.Regime), false})
	}
	if s.Country == prolong.Russia {
		advance := t.T("office.sellers.never")
		if !s.AdvanceFrom.IsZero() {
			advance = t.T("office.sellers.since", "Date", s.AdvanceFrom)
		}
		facts = append(facts, Fact{t.T("office.sellers.advance_from"), advance, false})
	}
	return SellerSection{t.T("office.sellers.tax"), facts}
}

func paperSection(t i18n.Translator, s billing.Seller) SellerSection {
	closing, p := s.Closing, s.Papers
	if closing == "" {
		closing = billing.ClosingAct
	}
	days := func(key string, n int) string {
		if n == 0 {
			return t.T("office.sellers.not_printed")
		}
		return t.N(key, n)
	}
	facts := []Fact{
		{t.T("office.sellers.closing_document_title"), t.T("office.sellers.closing_document." + string(closing)), false},
		{t.T("office.sellers.closing_when"), t.T("office.sellers.closing." + string(s.ClosingPolicy)), false},
		{t.T("office.sellers.valid_days"), days("office.sellers.days", p.ValidDays), false},
		{t.T("office.sellers.acceptance_days"), days("office.sellers.working_days", p.AcceptanceDays), false},
		{t.T("office.sellers.notice"), p.Notice, false},
	}
	if s.Country == prolong.Ukraine {
		sides := "office.sellers.two_sided"
		if p.OneSided {
			sides = "office.sellers.one_sided"
		}
		facts = append(facts, Fact{t.T("office.sellers.sides"), t.T(sides), false})
	}
	writeOff := t.T("office.sellers.never")
	if s.WriteOffMinor > 0 {
		writeOff = t.T("office.sellers.up_to", "Amount", prolong.NewMoney(s.WriteOffMinor, currencyOf(s.Country)))
	}
	return SellerSection{t.T("office.sellers.papers"), append(facts, Fact{t.T("office.sellers.write_off"), writeOff, false})}
}

// currencyOf is the currency of a country's sellers.
func currencyOf(country prolong.Country) prolong.Currency {
	switch country {
	case prolong.Ukraine:
		return prolong.UAH
	case prolong.Kazakhstan:
		return prolong.KZT
	case prolong.Belarus, prolong.Russia:
	}
	return prolong.RUB
}

func letterSection(t i18n.Translator, s billing.Seller, h notify.Hours, has bool) SellerSection {
	hours := t.T("office.sellers.any_hour")
	if has {
		var days []string
		for day, works := range h.Weekdays {
			if works {
				days = append(days, t.T("office.weekday."+string(rune('0'+day))))
			}
		}
		hours = strings.Replace(h.Span(), "-", "–", 1) + ", " + strings.Join(days, ", ") + " (" + s.Location.String() + ")"
	}
	return SellerSection{t.T("office.sellers.letters"), []Fact{{t.T("office.sellers.letter_hours"), hours, false}}}
}

func exchangeSection(t i18n.Translator, x invoices.Exchange) SellerSection {
	operator := t.T("office.sellers.no_operator")
	if x.EDO.Operator != "" {
		operator = t.T("office.sellers.operator." + x.EDO.Operator)
		mode := "office.sellers.by_button"
		if x.EDO.Automatic {
			mode = "office.sellers.by_itself"
		}
		operator += ", " + t.T(mode)
	}
	function := "transfer"
	if x.UPDFunction == upd.Both {
		function = "both"
	}
	version := x.OneCVersion
	if version == "" {
		version = t.T("office.sellers.usual")
	}
	return SellerSection{t.T("office.sellers.exchange"), []Fact{
		{t.T("office.sellers.edo"), operator, false}, {t.T("office.sellers.upd_title"), t.T("office.sellers.upd." + function), false}, {"1С EnterpriseData", version, false},
	}}
}

// chartSection shows the accounts that entries are booked on, and which of them are the seller's own.
func chartSection(t i18n.Translator, s billing.Seller, x invoices.Exchange) SellerSection {
	chart, own := invoices.ChartOf(s.Country, x.Chart), x.Chart
	var facts []Fact
	for _, a := range []struct{ key, number, own string }{
		{"bank", chart.Bank, own.Bank}, {"customers", chart.Customers, own.Customers}, {"advances", chart.Advances, own.Advances}, {"revenue", chart.Revenue, own.Revenue},
		{"revenue_vat", chart.RevenueVAT, own.RevenueVAT}, {"vat", chart.VAT, own.VAT}, {"advance_vat", chart.AdvanceVAT, own.AdvanceVAT}, {"unknown", chart.Unknown, own.Unknown},
		{"write_off", chart.WriteOff, own.WriteOff},
	} {
		number := a.number
		if number == "-" {
			number = t.T("office.sellers.no_account")
		}
		if a.own != "" {
			number = t.T("office.sellers.own_account", "Number", number)
		}
		facts = append(facts, Fact{t.T("office.sellers.chart." + a.key), number, false})
	}
	return SellerSection{t.T("office.sellers.chart_title"), facts}
}

func sellerAccounts(t i18n.Translator, c billing.Catalog, seller billing.SellerID) []SellerAccount {
	var list []billing.BankAccount
	for _, b := range c.BankAccounts {
		if b.SellerID == seller {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b billing.BankAccount) int { return cmp.Compare(a.Position, b.Position) })
	rows := make([]SellerAccount, len(list))
	for i, b := range list {
		source := t.T("office.sellers.source.hand")
		switch b.SourceKind {
		case "":
		case "folder":
			source = t.T("office.sellers.source.folder", "Path", b.SourcePath)
		default:
			source = t.T("office.sellers.source.bank", "Kind", b.SourceKind)
		}
		printed, ok := c.InvoiceAccount(seller, b.Currency)
		rows[i] = SellerAccount{Number: b.Number, Bank: b.Bank, BIC: b.BIC, Corr: b.CorrAccount, Currency: string(b.Currency), Source: source, Printed: ok && printed.ID == b.ID}
	}
	return rows
}
