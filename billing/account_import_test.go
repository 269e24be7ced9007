package billing_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/internal/postgres"
)

// A nightly import from the vendor's other system must not undo what a client has entered in the
// cabinet: his accountant would get the next invoice at an address that he has left.
func TestImportKeepsWhatAPersonChanged(t *testing.T) {
	t.Parallel()
	s, db := setup(t)
	first := importAccounts(t, s, accountsCSV)
	require.Empty(t, first.Kept)
	alfa := first.Accounts[0]
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		_, err := billing.ChangeRequisites(ctx, tx, alfa, billing.Requisites{Email: "books@example.test", Phone: "+74951234567", Address: "Москва"})
		return err
	}))
	next := strings.NewReplacer("«Пример Альфа»", "«Пример Омега»", "495 123-45-67", "495 765-43-21", "beta@", "gamma@").Replace(accountsCSV)
	done := importAccounts(t, s, next)
	require.Equal(t, 2, done.Updated, "the name is the table's")
	require.Equal(t, []billing.KeptField{{Line: 2, ExternalID: "a1", Field: billing.FieldEmail, Ours: "books@example.test", Table: "alfa@example.test"}}, done.Kept)
	a, err := s.FindAccountByID(t.Context(), alfa)
	require.NoError(t, err)
	require.Equal(t, "«Пример Омега» books@example.test +74957654321", a.Name+" "+a.Email+" "+a.Phone, "the telephone was not changed here")
	emails, err := s.ImportedEmails(t.Context(), done.Accounts)
	require.NoError(t, err)
	require.Len(t, emails, 1)
	require.Equal(t, "gamma@example.test", emails[0].Email, "an address that was entered here is no owner's by the table")

	done = importAccounts(t, s, strings.Replace(next, "alfa@", "books@", 1))
	require.Empty(t, done.Kept, "the table has caught up")
	require.Equal(t, 2, done.Unchanged)
}
