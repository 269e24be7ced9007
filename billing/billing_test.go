package billing_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

var moscow = mustZone("Europe/Moscow")

func mustZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func sellerSpec() billing.SellerSpec {
	return billing.SellerSpec{
		Seller: billing.Seller{Key: "main", Country: prolong.Russia, Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Location: moscow,
			VAT: billing.VATGeneral, ClosingPolicy: billing.CloseNextDay},
		BankAccounts: []billing.BankAccount{{Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB}},
	}
}

func planSpec() billing.PlanSpec {
	return billing.PlanSpec{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead,
			GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(200000, prolong.RUB)},
	}
}

func setup(t *testing.T) (*billing.Service, *postgres.DB) {
	t.Helper()
	db := testdb.New(t)
	s := billing.New(db, slog.New(slog.DiscardHandler))
	_, err := s.Apply(context.Background(), []billing.SellerSpec{sellerSpec()}, []billing.PlanSpec{planSpec()})
	require.NoError(t, err)
	return s, db
}

const accountsCSV = `external_id,name,legal_form,country,tax_id,kpp,email,phone,bank_account,bank_bic,plan,period_months,price,currency,paid_through
a1,«Пример Альфа»,ООО,RU,7713699602,771301001,alfa@example.test,+7 495 123-45-67,,,standard,,,RUB,2026-03-31
a2,«Пример Бета»,ООО,RU,7707083893,,beta@example.test,,,,standard,1,1490.00,RUB,2026-02-28
`

func importAccounts(t *testing.T, s *billing.Service, csv string) billing.Imported {
	t.Helper()
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(csv))
	require.NoError(t, err)
	done, err := s.ImportAccounts(context.Background(), prolong.System("test"), rows, bad, "main", false)
	require.NoError(t, err)
	return done
}

func TestImportCreatesThenChangesOnlyWhatDiffers(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := context.Background()

	first := importAccounts(t, s, accountsCSV)
	require.Equal(t, 2, first.Created)
	require.Empty(t, first.Bad)
	again := importAccounts(t, s, accountsCSV)
	require.Equal(t, 2, again.Unchanged)
	changed := importAccounts(t, s, strings.Replace(accountsCSV, "beta@example.test", "new@example.test", 1))
	require.Equal(t, 1, changed.Updated)

	account, err := s.FindAccountByExternalID(ctx, "a2")
	require.NoError(t, err)
	require.Equal(t, "new@example.test", account.Email)
	require.True(t, prolong.ValidPaymentCode(string(account.PaymentCode)))
	subs, err := s.SubscriptionsOf(ctx, account.ID)
	require.NoError(t, err)
	require.Len(t, subs, 1)
	require.Equal(t, prolong.MustDate("2026-03-01"), subs[0].InvoicedTo)
	require.Equal(t, int64(149000), subs[0].Price.Minor())
}

func TestImportNamesBadRows(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	csv := accountsCSV + "a3,Имя,ООО,RU,7713699603,,,,,,standard,,,RUB,2026-02-28\na1,Дважды,,RU,,,,,,,standard,,,RUB,2026-02-28\na4,Нет тарифа,,RU,,,,,,,unknown,,,RUB,2026-02-28\n"
	done := importAccounts(t, s, csv)
	require.Equal(t, 2, done.Created)
	require.Len(t, done.Bad, 3)
	require.Equal(t, []int{4, 5, 6}, []int{done.Bad[0].Line, done.Bad[1].Line, done.Bad[2].Line})
	require.Equal(t, "tax_id", done.Bad[0].Column)
}

func TestImportAtomicKeepsNothingOfABadFile(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader(accountsCSV + "a4,Нет тарифа,,RU,,,,,,,unknown,,,RUB,2026-02-28\n"))
	require.NoError(t, err)
	_, err = s.ImportAccounts(context.Background(), prolong.System("test"), rows, bad, "main", true)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = s.FindAccountByExternalID(context.Background(), "a1")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

func TestLedgerRefusesToBeChanged(t *testing.T) {
	t.Parallel()
	s, db := setup(t)
	importAccounts(t, s, accountsCSV)
	for _, sql := range []string{`DELETE FROM extensions`, `UPDATE extensions SET actor = 'x'`, `DELETE FROM ledger_postings`, `TRUNCATE ledger_postings`} {
		_, err := db.Pool.Exec(context.Background(), sql)
		require.Error(t, err, sql)
	}
}
