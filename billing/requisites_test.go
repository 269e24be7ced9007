package billing_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

func TestRequisitesAreChecked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		country prolong.Country
		r       billing.Requisites
		want    []string // field: key
	}{
		"nothing":                     {prolong.Russia, billing.Requisites{}, nil},
		"account with a bank":         {prolong.Russia, billing.Requisites{BankAccount: "40702810138000000001", BankBIC: "044525225"}, []string{"bank_account: error.bank_account_invalid"}},
		"key fits":                    {prolong.Russia, billing.Requisites{BankAccount: withKey("40702810038000000001", "044525225"), BankBIC: "044525225"}, nil},
		"account of the central bank": {prolong.Russia, billing.Requisites{BankAccount: withKey("40101810000000010041", "044583001"), BankBIC: "044583001"}, nil},
		"short account":               {prolong.Russia, billing.Requisites{BankAccount: "4070281093800000000", BankBIC: "044525225"}, []string{"bank_account: error.bank_account_invalid"}},
		"letters":                     {prolong.Russia, billing.Requisites{BankAccount: "4070281093800000000X", BankBIC: "044525225"}, []string{"bank_account: error.bank_account_invalid"}},
		"no БИК":                      {prolong.Russia, billing.Requisites{BankAccount: "40702810938000000001"}, []string{"bank_bic: error.bic_invalid"}},
		"БИК without account":         {prolong.Russia, billing.Requisites{BankBIC: "044525225"}, []string{"bank_account: error.bank_account_missing"}},
		"IBAN of Ukraine":             {prolong.Ukraine, billing.Requisites{BankAccount: "UA213223130000026007233566001"}, nil},
		"digit of it changed":         {prolong.Ukraine, billing.Requisites{BankAccount: "UA213223130000026007233566011"}, []string{"bank_account: error.iban_invalid"}},
		"IBAN of another country":     {prolong.Kazakhstan, billing.Requisites{BankAccount: "UA213223130000026007233566001"}, []string{"bank_account: error.iban_invalid"}},
		"two problems":                {prolong.Russia, billing.Requisites{Email: "office at example", BankBIC: "044525225"}, []string{"email: error.email_invalid", "bank_account: error.bank_account_missing"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range tt.r.Problems(tt.country) {
				got = append(got, p.Field+": "+p.Err.Key)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// withKey sets the control key (the ninth digit) of an account so that it fits the bank.
func withKey(account, bic string) string {
	for d := byte('0'); d <= '9'; d++ {
		a := account[:8] + string(d) + account[9:]
		if len((billing.Requisites{BankAccount: a, BankBIC: bic}).Problems(prolong.Russia)) == 0 {
			return a
		}
	}
	return account
}

func TestOneMistypedDigitOfAnAccountIsFound(t *testing.T) {
	t.Parallel()
	right := withKey("40702810038000000001", "044525225")
	for i := range right {
		for d := byte('0'); d <= '9'; d++ {
			if d == right[i] {
				continue
			}
			wrong := right[:i] + string(d) + right[i+1:]
			require.NotEmpty(t, billing.Requisites{BankAccount: wrong, BankBIC: "044525225"}.Problems(prolong.Russia), wrong)
		}
	}
}

func TestChangeRequisites(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	change := func(account billing.AccountID, r billing.Requisites) (before billing.Requisites, err error) {
		err = db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) (err error) {
			before, err = billing.ChangeRequisites(ctx, tx, account, r)
			return err
		})
		return before, err
	}
	_, err := change(7, billing.Requisites{})
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	var id int64
	require.NoError(t, db.Pool.QueryRow(t.Context(), `
		WITH s AS (INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at)
			VALUES ('main', 'RU', 'ООО «Пример Софт»', '7701001238', 'Europe/Moscow', 'general', 'next_day', now()) RETURNING id)
		INSERT INTO accounts (external_id, seller_id, payment_code, name, country, email, created_at) SELECT 'a', id, '58291375', 'Пример', 'RU', 'old@example.test', now() FROM s RETURNING id`).Scan(&id))
	before, err := change(billing.AccountID(id), billing.Requisites{Address: " Москва,  ул. Примерная, 1 ", Email: "New@Example.test", Phone: "+74950000000",
		BankAccount: "4070 2810 1380 0000 0001", BankBIC: "044 525 225"})
	require.Error(t, err, "the control key")
	require.Equal(t, "old@example.test", before.Email)
	account := withKey("40702810038000000001", "044525225")
	_, err = change(billing.AccountID(id), billing.Requisites{Address: " Москва,  ул. Примерная, 1 ", Email: "New@Example.test", Phone: "+74950000000",
		BankAccount: account[:4] + " " + account[4:], BankBIC: "044 525 225"})
	require.NoError(t, err)
	before, err = change(billing.AccountID(id), billing.Requisites{})
	require.NoError(t, err)
	require.Equal(t, billing.Requisites{Address: "Москва, ул. Примерная, 1", Email: "new@example.test", Phone: "+74950000000", BankAccount: account, BankBIC: "044525225"}, before)
}
