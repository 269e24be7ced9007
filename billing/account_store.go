package billing

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

const accountColumns = `a.id, a.external_id, a.seller_id, a.payment_code, a.name, a.legal_form, a.country, a.tax_id, a.kpp, a.address, a.email, a.phone,
	a.bank_account, a.bank_bic, a.language, a.created_at, a.closed_at, a.signatory, a.signatory_title`

func scanAccount(row pgx.CollectableRow) (Account, error) {
	var a Account
	var closed *time.Time
	err := row.Scan((*int64)(&a.ID), &a.ExternalID, (*int64)(&a.SellerID), (*string)(&a.PaymentCode), &a.Name, &a.LegalForm, (*string)(&a.Country), (*string)(&a.TaxID), &a.KPP,
		&a.Address, &a.Email, &a.Phone, &a.BankAccount, &a.BankBIC, &a.Language, &a.CreatedAt, &closed, &a.Signatory, &a.SignatoryTitle)
	if closed != nil {
		a.ClosedAt = *closed
	}
	return a, err
}

// FindAccountByExternalID returns the account with the vendor's id. Returns CodeNotFound.
func (s *Service) FindAccountByExternalID(ctx context.Context, externalID string) (Account, error) {
	return s.oneAccount(ctx, `WHERE a.external_id = $1`, externalID)
}

// FindAccountByID returns the account. Returns CodeNotFound.
func (s *Service) FindAccountByID(ctx context.Context, id AccountID) (Account, error) {
	return s.oneAccount(ctx, `WHERE a.id = $1`, int64(id))
}

func (s *Service) oneAccount(ctx context.Context, where string, arg any) (Account, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+accountColumns+` FROM accounts a `+where, arg)
	if err != nil {
		return Account{}, prolong.Wrap("billing.FindAccount", err)
	}
	accounts, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return Account{}, prolong.Wrap("billing.FindAccount", err)
	}
	if len(accounts) == 0 {
		return Account{}, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": arg})
	}
	return accounts[0], nil
}

// LockAccounts locks the accounts for a money transaction, always in the order of their ids,
// and returns them. Everything that moves an account's money or terms takes this lock first,
// so the movements of one account happen one after the other.
func LockAccounts(ctx context.Context, tx postgres.Tx, ids []AccountID) (map[AccountID]Account, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.id = ANY($1) ORDER BY a.id FOR NO KEY UPDATE`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("billing.LockAccounts", err)
	}
	accounts, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, prolong.Wrap("billing.LockAccounts", err)
	}
	out := make(map[AccountID]Account, len(accounts))
	for _, a := range accounts {
		out[a.ID] = a
	}
	return out, nil
}

// LockAccount is LockAccounts for one account. Returns CodeNotFound.
func LockAccount(ctx context.Context, tx postgres.Tx, id AccountID) (Account, error) {
	accounts, err := LockAccounts(ctx, tx, []AccountID{id})
	if err != nil {
		return Account{}, err
	}
	account, ok := accounts[id]
	if !ok {
		return Account{}, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(id)})
	}
	return account, nil
}

// CountriesOf returns in which countries accounts are, in the caller's transaction.
func CountriesOf(ctx context.Context, tx postgres.Tx, ids []AccountID) (map[AccountID]prolong.Country, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, country FROM accounts WHERE id = ANY($1)`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("billing.CountriesOf", err)
	}
	out := make(map[AccountID]prolong.Country, len(ids))
	var id AccountID
	var country string
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &country}, func() error {
		out[id] = prolong.Country(country)
		return nil
	})
	return out, prolong.Wrap("billing.CountriesOf", err)
}

// AccountEmail is whom an account's record names for mail.
type AccountEmail struct {
	ID       AccountID
	Email    string
	Phone    prolong.Phone
	Language string
}

// AccountEmails returns the mail addresses of those of the accounts that have one; nil ids
// mean all accounts.
func (s *Service) AccountEmails(ctx context.Context, ids []AccountID) ([]AccountEmail, error) {
	list, err := s.accountEmails(ctx, ids, `true`)
	return list, prolong.Wrap("billing.AccountEmails", err)
}

// ImportedEmails returns the mail addresses that came with a table: those of the accounts in
// which nobody has entered another one here.
func (s *Service) ImportedEmails(ctx context.Context, ids []AccountID) ([]AccountEmail, error) {
	list, err := s.accountEmails(ctx, ids, `NOT 'email' = ANY(kept_fields)`)
	return list, prolong.Wrap("billing.ImportedEmails", err)
}

func (s *Service) accountEmails(ctx context.Context, ids []AccountID, where string) ([]AccountEmail, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT id, email, phone, language FROM accounts WHERE ($2 OR id = ANY($1)) AND email <> '' AND `+where+` ORDER BY id`, postgres.Int64s(ids), ids == nil)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e AccountEmail, err error) {
		err = row.Scan((*int64)(&e.ID), &e.Email, (*string)(&e.Phone), &e.Language)
		return e, err
	})
}
