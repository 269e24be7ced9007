package main

import (
	"path/filepath"
	"strings"
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/banks"
	"prolong/billing"
	"prolong/invoices"
)

type sellerYAML struct {
	Key          string            `yaml:"key"`
	Country      string            `yaml:"country"`
	Name         string            `yaml:"name"`
	ShortName    string            `yaml:"short_name"`
	TaxID        string            `yaml:"tax_id"`
	KPP          string            `yaml:"kpp"`
	RegNo        string            `yaml:"reg_no"`
	Address      string            `yaml:"address"`
	Phone        string            `yaml:"phone"`
	Email        string            `yaml:"email"`
	Director     string            `yaml:"director"`
	Accountant   string            `yaml:"accountant"`
	TimeZone     string            `yaml:"time_zone"`
	VAT          vatYAML           `yaml:"vat"`
	Documents    papersYAML        `yaml:"documents"`
	Letters      *lettersYAML      `yaml:"letters"`
	KBe          string            `yaml:"kbe"` // Kazakhstan: код бенефициара
	KNP          string            `yaml:"knp"` // Kazakhstan: код назначения платежа
	WriteOff     string            `yaml:"write_off"`
	OneC         oneCYAML          `yaml:"onec"`
	Accounting   invoices.Chart    `yaml:"accounting"`
	EDO          edoYAML           `yaml:"edo"`
	BankAccounts []bankAccountYAML `yaml:"bank_accounts"`
}

type bankAccountYAML struct {
	Number      string `yaml:"number"`
	BIC         string `yaml:"bic"`
	Bank        string `yaml:"bank"`
	CorrAccount string `yaml:"corr_account"`
	Currency    string `yaml:"currency"`
	Source      struct {
		Kind string `yaml:"kind"`
		Path string `yaml:"path"` // of a folder
		// Settings are those of a bank's interface (banksync/banks/README.md); unknown ones are
		// refused by banks.Check.
		Settings map[string]string `yaml:",inline"`
	} `yaml:"source"`
}

// spec returns the seller and the interfaces of the banks that it has accounts with.
func (y sellerYAML) spec(dir string) (billing.SellerSpec, []banksync.SourceSpec, error) {
	country := prolong.Country(strings.ToUpper(y.Country))
	s := billing.Seller{
		Key: y.Key, Country: country, Name: y.Name, ShortName: y.ShortName, KPP: y.KPP, RegNo: y.RegNo, Address: y.Address, Phone: y.Phone, Email: y.Email,
		Director: y.Director, Accountant: y.Accountant, VAT: billing.VATRegime(y.VAT.Regime), ClosingPolicy: billing.ClosingPolicy(y.Documents.Closing),
		Closing: billing.ClosingDocument(y.Documents.Document), KBe: y.KBe, KNP: y.KNP,
	}
	if s.Closing == "" {
		s.Closing = billing.ClosingAct
	}
	var advanceErr error
	if y.Documents.AdvanceFrom != "" {
		s.AdvanceFrom, advanceErr = prolong.ParseDate(y.Documents.AdvanceFrom)
	}
	if advanceErr == nil && country != prolong.Russia && (s.Closing != billing.ClosingAct || !s.AdvanceFrom.IsZero()) {
		advanceErr = prolong.NewError(prolong.CodeInvalid, "error.tax_document_country", nil)
	}
	if s.VAT == "" {
		s.VAT = billing.VATGeneral
	}
	if s.ClosingPolicy == "" {
		s.ClosingPolicy = billing.CloseNextDay
	}
	taxID, taxErr := prolong.ParseTaxID(country, y.TaxID)
	s.TaxID = taxID
	loc, zoneErr := time.LoadLocation(y.TimeZone)
	if zoneErr != nil || y.TimeZone == "" || y.TimeZone == "Local" {
		zoneErr = prolong.NewError(prolong.CodeInvalid, "error.time_zone", prolong.Args{"Value": y.TimeZone})
	}
	s.Location = loc
	for _, err := range []error{
		required("key", y.Key), required("name", y.Name), oneOf("country", country, prolong.Russia, prolong.Ukraine, prolong.Kazakhstan), taxErr, zoneErr,
		oneOf("vat.regime", s.VAT, billing.VATRegimes()...), y.VAT.changes(&s),
		oneOf("documents.document", s.Closing, billing.ClosingAct, billing.ClosingActSF, billing.ClosingUPD), advanceErr, beneficiaryCodes(y.KBe, y.KNP),
		oneOf("documents.closing", s.ClosingPolicy, billing.CloseNextDay, billing.CloseEndOfPeriod, billing.CloseEndOfMonth),
	} {
		if err != nil {
			return billing.SellerSpec{}, nil, err
		}
	}
	if y.WriteOff != "" {
		// Sellers' currencies have two decimals; the policy counts their minor units.
		most, err := prolong.ParseMoney(y.WriteOff, prolong.RUB)
		if err != nil || most.Minor() < 0 {
			return billing.SellerSpec{}, nil, prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": y.WriteOff})
		}
		s.WriteOffMinor = most.Minor()
	}
	var images []billing.SellerImage
	var paperErr error
	if s.Papers, images, paperErr = y.Documents.papers(dir, s); paperErr != nil {
		return billing.SellerSpec{}, nil, paperErr
	}
	spec := billing.SellerSpec{Seller: s, Images: images}
	var sources []banksync.SourceSpec
	for _, b := range y.BankAccounts {
		account, source, err := b.spec(dir)
		if err != nil {
			return spec, nil, err
		}
		spec.BankAccounts = append(spec.BankAccounts, account)
		if banks.Known(account.SourceKind) {
			sources = append(sources, source)
		}
	}
	return spec, sources, nil
}

// sourceFolder is the kind of a source whose statements are put into a folder; the others are
// interfaces of banks (banks.Kinds).
const sourceFolder = "folder"

// spec returns the account and, if its source is the interface of a bank, how that is asked.
// Relative paths lie beside the file that names them, which is in dir.
func (y bankAccountYAML) spec(dir string) (billing.BankAccount, banksync.SourceSpec, error) {
	account := billing.BankAccount{Number: y.Number, BIC: y.BIC, Bank: y.Bank, CorrAccount: y.CorrAccount, SourceKind: y.Source.Kind}
	source := banksync.SourceSpec{Number: y.Number, Settings: map[string]string{}}
	currency, currencyErr := prolong.ParseCurrency(y.Currency)
	account.Currency = currency
	for _, err := range []error{
		currencyErr, required("bank_accounts.number", y.Number), required("bank_accounts.bic", y.BIC), required("bank_accounts.bank", y.Bank),
		oneOf("source.kind", y.Source.Kind, append([]string{"", sourceFolder}, banks.Kinds()...)...),
	} {
		if err != nil {
			return account, source, err
		}
	}
	switch {
	case y.Source.Kind == "" && (y.Source.Path != "" || len(y.Source.Settings) > 0):
		return account, source, required("source.kind", "")
	case y.Source.Kind == sourceFolder:
		for key := range y.Source.Settings {
			return account, source, prolong.NewError(prolong.CodeInvalid, "error.bank_setting_unknown", prolong.Args{"Kind": sourceFolder, "Setting": key, "Allowed": "path"})
		}
		if err := required("source.path", y.Source.Path); err != nil {
			return account, source, err
		}
		path, err := absolute(dir, y.Source.Path)
		account.SourcePath = path
		return account, source, err
	case y.Source.Kind == "":
		return account, source, nil
	}
	if y.Source.Path != "" {
		source.Settings["path"] = y.Source.Path // the check below says that a bank has none
	}
	for key, value := range y.Source.Settings {
		if name, ok := strings.CutPrefix(value, "file:"); ok {
			path, err := absolute(dir, name)
			if err != nil {
				return account, source, err
			}
			value = "file:" + path
		}
		source.Settings[key] = value
	}
	return account, source, banks.Check(y.Source.Kind, source.Settings)
}

func absolute(dir, path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	return filepath.Abs(filepath.Join(dir, path))
}

// beneficiaryCodes checks Кбе (2 digits) and КНП (3 digits).
func beneficiaryCodes(kbe, knp string) error {
	for _, c := range []struct {
		name, value string
		digits      int
	}{{"kbe", kbe, 2}, {"knp", knp, 3}} {
		if c.value != "" && (len(c.value) != c.digits || strings.Trim(c.value, "0123456789") != "") {
			return prolong.NewError(prolong.CodeInvalid, "error.beneficiary_code", prolong.Args{"Field": c.name, "Value": c.value, "Digits": c.digits})
		}
	}
	return nil
}
