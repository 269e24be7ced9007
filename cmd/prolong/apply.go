package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"prolong"
	"prolong/billing"
	"prolong/identity"
)

// declaration is the YAML of `prolong apply` (DESIGN section 8). Unknown keys are an error
// with their line; secrets come by ${ENV} or file:.
type declaration struct {
	Sellers []sellerYAML `yaml:"sellers"`
	Plans   []planYAML   `yaml:"plans"`
	Staff   []staffYAML  `yaml:"staff"`
}

type sellerYAML struct {
	Key        string `yaml:"key"`
	Country    string `yaml:"country"`
	Name       string `yaml:"name"`
	ShortName  string `yaml:"short_name"`
	TaxID      string `yaml:"tax_id"`
	KPP        string `yaml:"kpp"`
	RegNo      string `yaml:"reg_no"`
	Address    string `yaml:"address"`
	Phone      string `yaml:"phone"`
	Email      string `yaml:"email"`
	Director   string `yaml:"director"`
	Accountant string `yaml:"accountant"`
	TimeZone   string `yaml:"time_zone"`
	VAT        struct {
		Regime string `yaml:"regime"`
	} `yaml:"vat"`
	Documents struct {
		Closing string `yaml:"closing"`
	} `yaml:"documents"`
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
		Path string `yaml:"path"`
	} `yaml:"source"`
}

type planYAML struct {
	Key       string            `yaml:"key"`
	Seller    string            `yaml:"seller"`
	Name      string            `yaml:"name"`
	Period    string            `yaml:"period"`
	Price     map[string]string `yaml:"price"`
	PriceFrom string            `yaml:"price_from"`
	Lead      string            `yaml:"lead"`
	Grace     string            `yaml:"grace"`
	Remind    string            `yaml:"remind"`
	Resume    string            `yaml:"resume"`
}

type staffYAML struct {
	Email    string `yaml:"email"`
	Name     string `yaml:"name"`
	Role     string `yaml:"role"`
	Password string `yaml:"password"`
	// SecondFactor is a base32 TOTP secret for a person who has none yet.
	SecondFactor string `yaml:"second_factor"`
}

func (c *cli) applyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "apply FILE.yaml", Short: c.tr.T("cli.apply"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sellers, plans, staff, err := readDeclaration(args[0])
			if err != nil {
				return err
			}
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.apply(cmd, sellers, plans, staff)
		},
	}
}

func (a *app) apply(cmd *cobra.Command, sellers []billing.SellerSpec, plans []billing.PlanSpec, staff []identity.StaffSpec) error {
	done, err := a.billing.Apply(cmd.Context(), sellers, plans)
	if err != nil {
		return err
	}
	if err := a.applyStaff(cmd, staff); err != nil {
		return err
	}
	if err := a.ensureSupport(cmd.Context()); err != nil {
		return err
	}
	a.print(cmd, "cli.applied", "Sellers", done.Sellers, "BankAccounts", done.BankAccounts, "Plans", done.Plans, "Prices", done.Prices, "Staff", len(staff))
	return nil
}

// readDeclaration reads the YAML file and turns it into what the rooms understand. Every
// error names file and line.
func readDeclaration(file string) (sellers []billing.SellerSpec, plans []billing.PlanSpec, staff []identity.StaffSpec, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, nil, prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": file, "Detail": err.Error()})
	}
	var d declaration
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d); err != nil {
		return nil, nil, nil, prolong.NewError(prolong.CodeInvalid, "error.yaml", prolong.Args{"File": file, "Detail": yamlDetail(err)})
	}
	lines := yamlLines(raw)
	dir := filepath.Dir(file)
	for i := range d.Sellers {
		s, err := d.Sellers[i].spec(dir)
		if err != nil {
			return nil, nil, nil, placed(file, lines("sellers", i), err)
		}
		sellers = append(sellers, s)
	}
	for i := range d.Plans {
		p, err := d.Plans[i].spec()
		if err != nil {
			return nil, nil, nil, placed(file, lines("plans", i), err)
		}
		plans = append(plans, p)
	}
	for i, s := range d.Staff {
		password, err := secret(s.Password, dir)
		if err != nil {
			return nil, nil, nil, placed(file, lines("staff", i), err)
		}
		factor, err := secret(s.SecondFactor, dir)
		if err != nil {
			return nil, nil, nil, placed(file, lines("staff", i), err)
		}
		staff = append(staff, identity.StaffSpec{SecondFactor: factor, Email: s.Email, Name: s.Name, Role: identity.Role(s.Role), Password: password})
	}
	return sellers, plans, staff, nil
}

func yamlDetail(err error) string {
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		return strings.Join(typed.Errors, "; ")
	}
	return strings.TrimPrefix(err.Error(), "yaml: ")
}

// yamlLines tells the line on which the i-th element of a top-level list begins.
func yamlLines(raw []byte) func(key string, i int) int {
	var root yaml.Node
	if yaml.Unmarshal(raw, &root) != nil || len(root.Content) == 0 {
		return func(string, int) int { return 1 }
	}
	return func(key string, i int) int {
		m := root.Content[0]
		for k := 0; k+1 < len(m.Content); k += 2 {
			if list := m.Content[k+1]; m.Content[k].Value == key && i < len(list.Content) {
				return list.Content[i].Line
			}
		}
		return 1
	}
}

// placedError adds file and line to what is wrong in them.
func placed(file string, line int, err error) error {
	return &placedError{file: file, line: line, err: err}
}

type placedError struct {
	file string
	line int
	err  error
}

func (e *placedError) Error() string { return fmt.Sprintf("%s:%d: %v", e.file, e.line, e.err) }
func (e *placedError) Unwrap() error { return e.err }

var envRef = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// secret resolves ${NAME} from the environment and file:PATH from a file.
func secret(s, dir string) (string, error) {
	if m := envRef.FindStringSubmatch(s); m != nil {
		value, ok := os.LookupEnv(m[1])
		if !ok {
			return "", prolong.NewError(prolong.CodeInvalid, "error.env_missing", prolong.Args{"Name": m[1]})
		}
		return value, nil
	}
	if path, ok := strings.CutPrefix(s, "file:"); ok {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": path, "Detail": err.Error()})
		}
		return strings.TrimSpace(string(raw)), nil
	}
	return s, nil
}

func oneOf[T ~string](field string, value T, allowed ...T) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	return prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": field, "Value": string(value), "Allowed": strings.Join(names, ", ")})
}

func required(field, value string) error {
	if strings.TrimSpace(value) == "" {
		return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": field})
	}
	return nil
}

func (y sellerYAML) spec(dir string) (billing.SellerSpec, error) {
	country := prolong.Country(strings.ToUpper(y.Country))
	s := billing.Seller{
		Key: y.Key, Country: country, Name: y.Name, ShortName: y.ShortName, KPP: y.KPP, RegNo: y.RegNo, Address: y.Address, Phone: y.Phone, Email: y.Email,
		Director: y.Director, Accountant: y.Accountant, VAT: billing.VATRegime(y.VAT.Regime), ClosingPolicy: billing.ClosingPolicy(y.Documents.Closing),
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
		oneOf("vat.regime", s.VAT, billing.VATGeneral, billing.VATUSNExempt, billing.VATUSN5, billing.VATUSN7, billing.VATNone),
		oneOf("documents.closing", s.ClosingPolicy, billing.CloseNextDay, billing.CloseEndOfPeriod, billing.CloseEndOfMonth),
	} {
		if err != nil {
			return billing.SellerSpec{}, err
		}
	}
	spec := billing.SellerSpec{Seller: s}
	for _, b := range y.BankAccounts {
		cur, err := prolong.ParseCurrency(b.Currency)
		if err != nil {
			return spec, err
		}
		for _, err := range []error{required("bank_accounts.number", b.Number), required("bank_accounts.bic", b.BIC), required("bank_accounts.bank", b.Bank), oneOf("source.kind", b.Source.Kind, "", "folder")} {
			if err != nil {
				return spec, err
			}
		}
		path := b.Source.Path
		if b.Source.Kind == "folder" {
			if err := required("source.path", path); err != nil {
				return spec, err
			}
			// A relative folder lies beside the file that names it.
			if !filepath.IsAbs(path) {
				if path, err = filepath.Abs(filepath.Join(dir, path)); err != nil {
					return spec, err
				}
			}
		}
		spec.BankAccounts = append(spec.BankAccounts, billing.BankAccount{Number: b.Number, BIC: b.BIC, Bank: b.Bank, CorrAccount: b.CorrAccount, Currency: cur, SourceKind: b.Source.Kind, SourcePath: path})
	}
	return spec, nil
}

func (y planYAML) spec() (billing.PlanSpec, error) {
	spec := billing.PlanSpec{Seller: y.Seller, Plan: billing.Plan{
		Key: y.Key, Name: y.Name, Lead: billing.DefaultLead, GraceDays: billing.DefaultGraceDays, RemindDays: billing.DefaultRemindDays, Resume: billing.Resume(y.Resume),
	}}
	p := &spec.Plan
	if p.Name == "" {
		p.Name = p.Key
	}
	if p.Resume == "" {
		p.Resume = billing.ResumeLatest
	}
	for _, err := range []error{required("key", y.Key), required("seller", y.Seller), oneOf("resume", p.Resume, billing.ResumeExpiry, billing.ResumePayment, billing.ResumeLatest)} {
		if err != nil {
			return spec, err
		}
	}
	var err error
	if p.Period, err = prolong.ParseTerm(y.Period); err != nil {
		return spec, err
	}
	if p.Period.IsZero() {
		return spec, prolong.NewError(prolong.CodeInvalid, "error.term_invalid", prolong.Args{"Value": y.Period})
	}
	if y.Lead != "" {
		if p.Lead, err = prolong.ParseTerm(y.Lead); err != nil {
			return spec, err
		}
	}
	for _, t := range []struct {
		text string
		to   *int
	}{{y.Grace, &p.GraceDays}, {y.Remind, &p.RemindDays}} {
		if t.text == "" {
			continue
		}
		term, err := prolong.ParseTerm(t.text)
		if err == nil && term.Unit != prolong.Days {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_days", prolong.Args{"Value": t.text})
		}
		if err != nil {
			return spec, err
		}
		*t.to = term.Count
	}
	if y.PriceFrom != "" {
		if spec.PricesFrom, err = prolong.ParseDate(y.PriceFrom); err != nil {
			return spec, err
		}
	}
	for code, text := range y.Price {
		cur, err := prolong.ParseCurrency(code)
		if err != nil {
			return spec, err
		}
		amount, err := prolong.ParseMoney(text, cur)
		if err != nil {
			return spec, err
		}
		if amount.Minor() < 0 {
			return spec, prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": text})
		}
		spec.Prices = append(spec.Prices, amount)
	}
	return spec, nil
}
