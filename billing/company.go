package billing

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/postgres"
)

// Company is all that stands on papers about a client. Name and tax id decide whose payment it
// is, so a person of the vendor changes them; what the client changes himself is Requisites.
type Company struct {
	Requisites
	Name      string // without the legal form
	LegalForm string
	TaxID     prolong.TaxID
	KPP       string // Russia; empty for a sole trader
	// Signatory signs for the client: surname and initials; SignatoryTitle is his post. Both may be
	// empty: the line is then left for the pen.
	Signatory      string
	SignatoryTitle string
	// Language is that of letters to the company's own address and, in Kazakhstan, of its papers: ru,
	// uk, kk or en. Imports do not know it.
	Language string
}

// CompanyOf returns what stands on papers about an account, as it is.
func CompanyOf(a Account) Company {
	return Company{Requisites: RequisitesOf(a), Name: a.Name, LegalForm: a.LegalForm, TaxID: a.TaxID, KPP: a.KPP, Signatory: a.Signatory, SignatoryTitle: a.SignatoryTitle, Language: a.Language}
}

// The further fields of a Company, for problems.
const (
	FieldKPP            = "kpp"
	FieldLanguage       = "language"
	FieldLegalForm      = "legal_form"
	FieldName           = "name"
	FieldSignatory      = "signatory"
	FieldSignatoryTitle = "signatory_title"
	FieldTaxID          = "tax_id"
)

const (
	companyNameRunesMax = 300
	legalFormRunesMax   = 100
	signatoryRunesMax   = 150
	// an ИНН of 12 digits is a person's: he has no КПП
	companyTaxIDLenRU = 10
)

// kppForm is four digits of the tax office, two of the reason (letters for foreigners), three of
// a number (приказ ФНС ММВ-7-6/435 of 29.06.2012).
var kppForm = regexp.MustCompile(`^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$`)

// Tidy writes numbers and texts without the spaces that people copy with them.
func (c Company) Tidy() Company {
	c.Requisites = c.Requisites.Tidy()
	for _, s := range []*string{&c.Name, &c.LegalForm, &c.Signatory, &c.SignatoryTitle} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	c.KPP = strings.ToUpper(strings.Join(strings.Fields(c.KPP), ""))
	return c
}

// Problems checks everything by the rules of the client's country, all at once.
func (c Company) Problems(country prolong.Country) []RequisiteProblem {
	list := c.Requisites.Problems(country)
	find := func(field string, err *prolong.Error) { list = append(list, RequisiteProblem{field, err}) }
	for _, f := range []struct {
		field, value string
		runesMax     int
	}{{FieldName, c.Name, companyNameRunesMax}, {FieldLegalForm, c.LegalForm, legalFormRunesMax}, {FieldSignatory, c.Signatory, signatoryRunesMax}, {FieldSignatoryTitle, c.SignatoryTitle, signatoryRunesMax}} {
		if utf8.RuneCountInString(f.value) > f.runesMax {
			find(f.field, prolong.NewError(prolong.CodeInvalid, "error.field_too_long", prolong.Args{"Max": f.runesMax}))
		}
	}
	if c.Name == "" {
		find(FieldName, prolong.NewError(prolong.CodeInvalid, "error.field_required", nil))
	}
	if _, ok := i18n.ParseLang(c.Language); !ok {
		find(FieldLanguage, prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil))
	}
	if c.TaxID != "" {
		var e *prolong.Error
		if _, err := prolong.ParseTaxID(country, string(c.TaxID)); errors.As(err, &e) {
			find(FieldTaxID, e)
		}
	}
	switch {
	case c.KPP == "" || country != prolong.Russia:
	case !kppForm.MatchString(c.KPP):
		find(FieldKPP, prolong.NewError(prolong.CodeInvalid, "error.kpp_invalid", prolong.Args{"Value": c.KPP}))
	case len(c.TaxID) != companyTaxIDLenRU:
		find(FieldKPP, prolong.NewError(prolong.CodeInvalid, "error.kpp_of_person", prolong.Args{"Value": c.KPP}))
	}
	return list
}

// ChangeCompany replaces what stands on papers about an account in the caller's transaction and
// returns what it was. Papers that are issued keep what stands on them; matching goes by the new
// name and tax id from the commit on; a later import of accounts keeps what was changed here.
// agree sees what it was before anything is kept and may refuse. Returns CodeInvalid with the
// first problem, CodeNotFound.
func ChangeCompany(ctx context.Context, tx postgres.Tx, account AccountID, c Company, agree func(before Company) error) (before Company, err error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = $1 FOR NO KEY UPDATE`, int64(account))
	if err != nil {
		return before, prolong.Wrap("billing.ChangeCompany", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return before, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(account)})
	}
	if err != nil {
		return before, prolong.Wrap("billing.ChangeCompany", err)
	}
	before, c = CompanyOf(a), c.Tidy()
	if problems := c.Problems(a.Country); len(problems) > 0 {
		return before, problems[0].Err
	}
	if agree != nil {
		if err := agree(before); err != nil {
			return before, err
		}
	}
	if c == before {
		return before, nil
	}
	_, err = tx.Pgx.Exec(ctx, `UPDATE accounts SET address = $2, email = $3, phone = $4, bank_account = $5, bank_bic = $6, name = $7, legal_form = $8, tax_id = $9, kpp = $10, signatory = $11, signatory_title = $12, language = $14,
		kept_fields = (SELECT coalesce(array_agg(DISTINCT f ORDER BY f), '{}') FROM unnest(kept_fields || $13::text[]) AS f) WHERE id = $1`,
		int64(account), c.Address, c.Email, string(c.Phone), c.BankAccount, c.BankBIC, c.Name, c.LegalForm, string(c.TaxID), c.KPP, c.Signatory, c.SignatoryTitle, before.changed(c), c.Language)
	return before, prolong.Wrap("billing.ChangeCompany", err)
}

// changed names the fields in which two companies are not the same.
func (c Company) changed(other Company) []string {
	fields := c.differences(other.Requisites)
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{FieldKPP, c.KPP != other.KPP}, {FieldLegalForm, c.LegalForm != other.LegalForm}, {FieldName, c.Name != other.Name},
		{FieldSignatory, c.Signatory != other.Signatory}, {FieldSignatoryTitle, c.SignatoryTitle != other.SignatoryTitle}, {FieldTaxID, c.TaxID != other.TaxID},
	} {
		if f.changed {
			fields = append(fields, f.name)
		}
	}
	return fields
}
