package billing

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Requisites are what a client may change of his company himself. Name and tax id are not among
// them: they decide whose payment it is, so a person of the vendor changes them.
type Requisites struct {
	Address     string
	Email       string // invoices go there
	Phone       prolong.Phone
	BankAccount string // settlement account, IBAN or ИИК; may be empty
	BankBIC     string // БИК, МФО or SWIFT; may be empty
}

// RequisitesOf returns what can be changed of an account, as it is.
func RequisitesOf(a Account) Requisites {
	return Requisites{Address: a.Address, Email: a.Email, Phone: prolong.Phone(a.Phone), BankAccount: a.BankAccount, BankBIC: a.BankBIC}
}

// The fields of Requisites, for problems.
const (
	FieldAddress     = "address"
	FieldBankAccount = "bank_account"
	FieldBankBIC     = "bank_bic"
	FieldEmail       = "email"
	FieldPhone       = "phone"
)

// RequisiteProblem says what is wrong with a field.
type RequisiteProblem struct {
	Field string
	Err   *prolong.Error
}

const (
	addressRunesMax = 300
	bicDigitsRU     = 9
)

// Problems checks requisites by the rules of the client's country, all at once.
func (r Requisites) Problems(country prolong.Country) (list []RequisiteProblem) {
	find := func(field, key string, args prolong.Args) {
		list = append(list, RequisiteProblem{field, prolong.NewError(prolong.CodeInvalid, key, args)})
	}
	if utf8.RuneCountInString(r.Address) > addressRunesMax {
		find(FieldAddress, "error.address_long", prolong.Args{"Max": addressRunesMax})
	}
	if r.Email != "" && !emailLooksRight(r.Email) {
		find(FieldEmail, "error.email_invalid", prolong.Args{"Value": r.Email})
	}
	switch {
	case r.BankAccount == "":
		if r.BankBIC != "" {
			find(FieldBankAccount, "error.bank_account_missing", nil)
		}
	case country == prolong.Russia:
		switch {
		case !digitsOnly(r.BankBIC, bicDigitsRU):
			find(FieldBankBIC, "error.bic_invalid", prolong.Args{"Value": r.BankBIC})
		case !russianAccountFits(r.BankAccount, r.BankBIC):
			find(FieldBankAccount, "error.bank_account_invalid", prolong.Args{"Value": r.BankAccount})
		}
	case country == prolong.Ukraine || country == prolong.Kazakhstan:
		if !strings.HasPrefix(r.BankAccount, string(country)) || !prolong.ValidIBAN(r.BankAccount) {
			find(FieldBankAccount, "error.iban_invalid", prolong.Args{"Value": r.BankAccount})
		}
	case len(r.BankAccount) > bankAccountLenMax:
		find(FieldBankAccount, "error.iban_invalid", prolong.Args{"Value": r.BankAccount})
	}
	return list
}

// Tidy writes the numbers without the spaces that people copy with them.
func (r Requisites) Tidy() Requisites {
	squeeze := func(s string) string {
		return strings.ToUpper(strings.Map(func(c rune) rune {
			if unicode.IsSpace(c) || c == '-' {
				return -1
			}
			return c
		}, s))
	}
	r.BankAccount, r.BankBIC = squeeze(r.BankAccount), squeeze(r.BankBIC)
	r.Address, r.Email = strings.Join(strings.Fields(r.Address), " "), strings.ToLower(strings.TrimSpace(r.Email))
	return r
}

// ChangeRequisites replaces the requisites of an account in the caller's transaction and returns
// what they were; who may and who is told of it is the caller's business (identity). Papers that
// are issued keep what stands on them, and a later import of accounts keeps what was changed here.
// Returns CodeInvalid with the first problem, CodeNotFound.
func ChangeRequisites(ctx context.Context, tx postgres.Tx, account AccountID, r Requisites) (before Requisites, err error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = $1 FOR NO KEY UPDATE`, int64(account))
	if err != nil {
		return before, prolong.Wrap("billing.ChangeRequisites", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return before, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(account)})
	}
	if err != nil {
		return before, prolong.Wrap("billing.ChangeRequisites", err)
	}
	before, r = RequisitesOf(a), r.Tidy()
	if problems := r.Problems(a.Country); len(problems) > 0 {
		return before, problems[0].Err
	}
	if r == before {
		return before, nil
	}
	_, err = tx.Pgx.Exec(ctx, `UPDATE accounts SET address = $2, email = $3, phone = $4, bank_account = $5, bank_bic = $6,
		kept_fields = (SELECT coalesce(array_agg(DISTINCT f ORDER BY f), '{}') FROM unnest(kept_fields || $7::text[]) AS f) WHERE id = $1`,
		int64(account), r.Address, r.Email, string(r.Phone), r.BankAccount, r.BankBIC, before.differences(r))
	return before, prolong.Wrap("billing.ChangeRequisites", err)
}

// differences names the fields in which two requisites are not the same.
func (r Requisites) differences(other Requisites) []string {
	fields := []string{}
	for _, f := range []struct {
		name    string
		changed bool
	}{
		{FieldAddress, r.Address != other.Address}, {FieldBankAccount, r.BankAccount != other.BankAccount}, {FieldBankBIC, r.BankBIC != other.BankBIC},
		{FieldEmail, r.Email != other.Email}, {FieldPhone, r.Phone != other.Phone},
	} {
		if f.changed {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func emailLooksRight(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " ,;<>\"") && !strings.Contains(domain, "@")
}

func digitsOnly(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// russianAccountFits checks the control key of a settlement account against the bank's БИК
// (порядок расчёта контрольного ключа, ЦБ РФ № 515 of 08.09.1997): a mistyped digit does not
// pass.
func russianAccountFits(account, bic string) bool {
	const accountDigits = 20
	if !digitsOnly(account, accountDigits) {
		return false
	}
	// An account with a credit institution takes the end of its БИК, one with the Bank of
	// Russia itself (РКЦ) 0 and two digits of the middle.
	key := bic[6:9]
	if bic[6:8] == "00" {
		key = "0" + bic[4:6]
	}
	sum := 0
	for i, c := range []byte(key + account) {
		sum += int(c-'0') * []int{7, 1, 3}[i%3]
	}
	return sum%10 == 0
}

// bankAccountLenMax is the length of the longest number of a bank account: an IBAN.
const bankAccountLenMax = 34
