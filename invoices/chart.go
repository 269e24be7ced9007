package invoices

import "prolong"

// Chart is the part of a chart of accounts (план счетов) that the sale of a service on
// prepayment needs. An empty account of a seller takes the country's.
type Chart struct {
	Bank      string `json:"bank,omitempty" yaml:"bank"`           // money in banks
	Customers string `json:"customers,omitempty" yaml:"customers"` // settlements with customers
	Advances  string `json:"advances,omitempty" yaml:"advances"`   // advances received
	Revenue   string `json:"revenue,omitempty" yaml:"revenue"`
	// RevenueVAT is debited with the tax of revenue; "-" debits the customer beside the revenue,
	// as in Kazakhstan.
	RevenueVAT string `json:"revenue_vat,omitempty" yaml:"revenue_vat"`
	VAT        string `json:"vat,omitempty" yaml:"vat"` // owed to the state
	// AdvanceVAT holds the tax on advances from the счёт-фактура on the advance to that on the
	// supply; "-" books none, as outside Russia.
	AdvanceVAT string `json:"advance_vat,omitempty" yaml:"advance_vat"`
	Unknown    string `json:"unknown,omitempty" yaml:"unknown"`     // received, not clear from whom or not ours
	WriteOff   string `json:"write_off,omitempty" yaml:"write_off"` // kopecks given up
}

// noAccount stands for "there is no such account".
const noAccount = "-"

// charts are the usual accounts by country. RU: приказ Минфина 31.10.2000 № 94н with the
// sub-accounts of 1С; UA: наказ Мінфіну 30.11.1999 № 291; KZ: приказ МФ РК 23.05.2007 № 185.
var charts = map[prolong.Country]Chart{
	prolong.Russia:     {Bank: "51", Customers: "62.01", Advances: "62.02", Revenue: "90.01.1", RevenueVAT: "90.03", VAT: "68.02", AdvanceVAT: "76.АВ", Unknown: "76.09", WriteOff: "91.02"},
	prolong.Ukraine:    {Bank: "311", Customers: "361", Advances: "681", Revenue: "703", RevenueVAT: "703", VAT: "641", AdvanceVAT: noAccount, Unknown: "685", WriteOff: "949"},
	prolong.Kazakhstan: {Bank: "1030", Customers: "1210", Advances: "3510", Revenue: "6010", RevenueVAT: noAccount, VAT: "3130", AdvanceVAT: noAccount, Unknown: "3390", WriteOff: "7470"},
}

// ChartOf returns a seller's chart: the country's with the accounts that he replaces.
func ChartOf(country prolong.Country, own Chart) Chart {
	c, ok := charts[country]
	if !ok {
		c = charts[prolong.Russia]
	}
	for i, account := range own.fields() {
		if *account != "" {
			*c.fields()[i] = *account
		}
	}
	return c
}

type namedAccount struct{ name, number string }

func (c *Chart) fields() []*string {
	return []*string{&c.Bank, &c.Customers, &c.Advances, &c.Revenue, &c.RevenueVAT, &c.VAT, &c.AdvanceVAT, &c.Unknown, &c.WriteOff}
}

func (c Chart) list() []namedAccount {
	names := []string{"bank", "customers", "advances", "revenue", "revenue_vat", "vat", "advance_vat", "unknown", "write_off"}
	list := make([]namedAccount, len(names))
	for i, f := range c.fields() {
		list[i] = namedAccount{names[i], *f}
		if (names[i] == "revenue_vat" || names[i] == "advance_vat") && *f == noAccount {
			list[i].number = ""
		}
	}
	return list
}
