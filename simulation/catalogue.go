package simulation

import (
	"fmt"
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
)

// The virtual vendor. The INN is a placeholder with right check digits.
const (
	sellerKey    = "main"
	sellerName   = "ООО «Пример Софт»"
	sellerTaxID  = "7701001238"
	sellerKPP    = "770101001"
	mainAccount  = "40702810938000000001" // on invoices
	spareAccount = "40702810238000000002"
)

var sellerBank = bankOffice{bic: "044525225", name: "ПАО Сбербанк", corr: "30101810400000000225"}

// offer is a plan with its price and its share among the clients.
type offer struct {
	key, name string
	term      prolong.Term
	minor     int64
	weight    int
}

// offers is the price grid of the reference (matching.md 7.1): five tariffs, prepaid for a
// month, three months or a year, most of the clients by the month; half a year and 30 days
// are added so that every kind of term occurs.
var offers = func() []offer {
	tariffs := []struct {
		key, name string
		minor     int64
		weight    int
	}{
		{"start", "Старт", 149000, 22}, {"base", "Базовый", 249000, 18}, {"standard", "Стандарт", 399000, 10},
		{"business", "Бизнес", 599000, 5}, {"network", "Сеть", 999000, 2},
	}
	terms := []struct {
		suffix, words string
		months        int
		price         int64 // in months
		weight        int   // how often the term is chosen
	}{{"1m", "", 1, 1, 14}, {"3m", ", 3 месяца", 3, 3, 3}, {"12m", ", год", 12, 10, 2}}
	var list []offer
	for _, tariff := range tariffs {
		for _, t := range terms {
			list = append(list, offer{key: tariff.key + "-" + t.suffix, name: tariff.name + t.words, term: prolong.Term{Count: t.months, Unit: prolong.Months},
				minor: tariff.minor * t.price, weight: tariff.weight * t.weight})
		}
	}
	return append(list,
		offer{key: "standard-6m", name: "Стандарт, полгода", term: prolong.Term{Count: 6, Unit: prolong.Months}, minor: 2199000, weight: 30},
		offer{key: "start-30d", name: "Старт, 30 дней", term: prolong.Term{Count: 30, Unit: prolong.Days}, minor: 145000, weight: 60})
}()

// The terms of all plans of the virtual vendor.
const (
	graceDays       = 3
	remindDays      = 3
	leadDaysMonthly = 14
)

// Catalogue declares the virtual vendor: a seller whose two bank accounts are fed from
// inboxDir, and its plans. It is what Run applies.
func Catalogue(inboxDir string) ([]billing.SellerSpec, []billing.PlanSpec, error) {
	loc, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		return nil, nil, fmt.Errorf("simulation: %w", err)
	}
	papers, images, err := samplePapers()
	if err != nil {
		return nil, nil, fmt.Errorf("simulation: %w", err)
	}
	seller := billing.SellerSpec{Images: images, Seller: billing.Seller{
		Key: sellerKey, Country: prolong.Russia, Name: sellerName, ShortName: "Пример Софт", TaxID: sellerTaxID, KPP: sellerKPP,
		Address: "101000, Москва, ул. Примерная, д. 1", Phone: "+74950000000", Email: "billing@example.test",
		Director: "Примеров П. П.", Accountant: "Образцова О. О.", Location: loc, VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay, Papers: papers,
	}}
	for _, number := range []string{mainAccount, spareAccount} {
		seller.BankAccounts = append(seller.BankAccounts, billing.BankAccount{
			Number: number, BIC: sellerBank.bic, Bank: sellerBank.name, CorrAccount: sellerBank.corr, Currency: prolong.RUB,
			SourceKind: banksync.SourceFolder, SourcePath: inboxDir,
		})
	}
	var plans []billing.PlanSpec
	for _, o := range offers {
		lead := billing.DefaultLead
		if o.term.Unit == prolong.Days || o.term.Count == 1 {
			// A month ahead would be before the current month is paid.
			lead = prolong.Term{Count: leadDaysMonthly, Unit: prolong.Days}
		}
		plans = append(plans, billing.PlanSpec{
			Plan:   billing.Plan{Key: o.key, Name: o.name, Period: o.term, Lead: lead, GraceDays: graceDays, RemindDays: remindDays, Resume: billing.ResumeLatest, Offered: true},
			Seller: sellerKey, Prices: []prolong.Money{prolong.NewMoney(o.minor, prolong.RUB)},
		})
	}
	return []billing.SellerSpec{seller}, plans, nil
}
