package billing

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"prolong"
)

// AccountRow is one row of an account import: the account and its subscription.
type AccountRow struct {
	Line    int
	Account Account
	PlanKey string
	Term    prolong.Term // zero takes the plan's
	// Price agreed with the client. Read from a file it is -1 where the column is empty; after
	// the plan was found, the zero Money stands for the plan's own price.
	Price       prolong.Money
	PaidThrough prolong.Date
	// Seats multiply the price; 0 counts as one. They count for a new account only: afterwards a
	// change of terms decides, which also says what it costs.
	Seats    int
	currency prolong.Currency
}

// RowError says what is wrong with a row of an input file and where.
type RowError struct {
	Line   int
	Column string
	Err    error
}

// Error returns the log form.
func (e RowError) Error() string {
	return "line " + strconv.Itoa(e.Line) + ": " + e.Column + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e RowError) Unwrap() error { return e.Err }

// accountColumnNames are the columns of the table; external_id, name, country, plan,
// currency and paid_through must be there, the others may be left out.
var accountColumnNames = []string{
	"external_id", "name", "legal_form", "country", "tax_id", "kpp", "email", "phone", "bank_account", "bank_bic",
	"plan", "period_months", "price", "currency", "paid_through", "seats",
}

const (
	periodMonthsMax = 120
	// accountRowsMax bounds one import file; more come in several files.
	accountRowsMax = 2_000_000
)

// ReadAccountCSV reads the accounts of a CSV file: UTF-8, with or without a byte order mark,
// separated by commas or semicolons. Good rows come back in rows, bad ones in bad, each with
// its line and column. err is for a file that is no such table at all.
func ReadAccountCSV(r io.Reader) (rows []AccountRow, bad []RowError, err error) {
	buffered, comma, err := sniffComma(r)
	if err != nil {
		return nil, nil, err
	}
	reader := csv.NewReader(buffered)
	reader.Comma = comma
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	head, err := reader.Read()
	if err != nil {
		return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.csv_empty", nil).Because(err)
	}
	index := map[string]int{}
	for i, name := range head {
		index[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{"external_id", "name", "country", "plan", "currency", "paid_through"} {
		if _, ok := index[name]; !ok {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.csv_column_missing", prolong.Args{"Column": name, "Columns": strings.Join(accountColumnNames, ",")})
		}
	}
	seen := map[string]int{}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad, nil
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				bad = append(bad, RowError{Line: parse.Line, Column: "-", Err: prolong.NewError(prolong.CodeInvalid, "error.csv_row", nil).Because(err)})
				continue
			}
			return nil, nil, err
		}
		if len(rows)+len(bad) >= accountRowsMax {
			return nil, nil, prolong.NewError(prolong.CodeInvalid, "error.csv_too_long", prolong.Args{"Max": accountRowsMax})
		}
		row, fault := readAccountRow(line, index, record)
		if fault != nil {
			bad = append(bad, *fault)
			continue
		}
		if first, twice := seen[row.Account.ExternalID]; twice {
			bad = append(bad, RowError{Line: line, Column: "external_id", Err: prolong.NewError(prolong.CodeInvalid, "error.csv_duplicate", prolong.Args{"Value": row.Account.ExternalID, "Line": first})})
			continue
		}
		seen[row.Account.ExternalID] = line
		rows = append(rows, row)
	}
}

func readAccountRow(line int, index map[string]int, record []string) (row AccountRow, fault *RowError) {
	field := func(name string) string {
		i, ok := index[name]
		if !ok || i >= len(record) {
			return ""
		}
		return strings.TrimSpace(record[i])
	}
	wrong := func(column string, err error) *RowError { return &RowError{Line: line, Column: column, Err: err} }
	missing := func(column string) *RowError {
		return wrong(column, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": column}))
	}
	row.Line = line
	a := &row.Account
	for _, c := range []struct {
		name string
		to   *string
	}{{"external_id", &a.ExternalID}, {"name", &a.Name}, {"plan", &row.PlanKey}} {
		// strings.Clone: the record is reused, and a kept sub-string would keep the whole line
		if *c.to = strings.Clone(field(c.name)); *c.to == "" {
			return row, missing(c.name)
		}
	}
	country := strings.ToUpper(field("country"))
	if len(country) != 2 {
		return row, wrong("country", prolong.NewError(prolong.CodeInvalid, "error.country_invalid", prolong.Args{"Value": country}))
	}
	a.Country = prolong.Country(strings.Clone(country))
	if raw := field("tax_id"); raw != "" {
		id, err := prolong.ParseTaxID(a.Country, raw)
		if err != nil {
			return row, wrong("tax_id", err)
		}
		a.TaxID = prolong.TaxID(strings.Clone(string(id)))
	}
	a.LegalForm, a.KPP, a.Email = strings.Clone(field("legal_form")), strings.Clone(field("kpp")), strings.Clone(field("email"))
	a.BankAccount, a.BankBIC = strings.Clone(field("bank_account")), strings.Clone(field("bank_bic"))
	if a.Email != "" && !looksLikeEmail(a.Email) {
		return row, wrong("email", prolong.NewError(prolong.CodeInvalid, "error.email_invalid", prolong.Args{"Value": a.Email}))
	}
	if raw := field("phone"); raw != "" {
		phone, err := prolong.ParsePhone(a.Country, raw)
		if err != nil {
			return row, wrong("phone", err)
		}
		a.Phone = string(phone)
	}
	a.Language = LanguageOf(a.Country)
	cur, err := prolong.ParseCurrency(field("currency"))
	if err != nil {
		return row, wrong("currency", err)
	}
	row.Price = prolong.NewMoney(-1, cur)
	if raw := field("price"); raw != "" {
		price, err := prolong.ParseMoney(raw, cur)
		if err != nil || price.Minor() < 0 {
			return row, wrong("price", prolong.NewError(prolong.CodeInvalid, "error.money_invalid", prolong.Args{"Value": strings.Clone(raw)}))
		}
		row.Price = price
	}
	if raw := field("period_months"); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 1 || n > periodMonthsMax {
			return row, wrong("period_months", prolong.NewError(prolong.CodeInvalid, "error.period_months", prolong.Args{"Value": strings.Clone(raw), "Max": periodMonthsMax}))
		}
		row.Term = prolong.Term{Count: n, Unit: prolong.Months}
	}
	if raw := field("seats"); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 1 || n > SeatsMax {
			return row, wrong("seats", prolong.NewError(prolong.CodeInvalid, "error.import_seats", prolong.Args{"Value": strings.Clone(raw), "Max": SeatsMax}))
		}
		row.Seats = n
	}
	if row.PaidThrough, err = prolong.ParseDate(field("paid_through")); err != nil {
		return row, wrong("paid_through", err)
	}
	return row, nil
}

func looksLikeEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t\r\n<>,;\"") && strings.Contains(s[at:], ".")
}
