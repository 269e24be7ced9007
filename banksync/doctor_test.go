package banksync_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
)

// Every invariant of bank lines finds what it is about, when the data is broken under it past triggers
// and foreign keys (DESIGN section 5, invariant 2).
func TestTheDoctorFindsBrokenLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 2)
	h.bank(t, statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0]), exact(1, open[1])))
	h.sound(t)
	tampers := map[string]string{
		"doctor.credit_is_payment":    `DELETE FROM payments WHERE id = (SELECT min(id) FROM payments)`,
		"doctor.reversed_is_returned": `UPDATE bank_lines SET status = 'reversed'`,
		"doctor.debit_is_no_payment":  `UPDATE bank_lines SET direction = 'debit'`,
		"doctor.payment_is_decided":   `DELETE FROM match_decisions`,
	}
	for _, inv := range banksync.Invariants() {
		require.NotEmpty(t, tampers[inv.Key], "nothing breaks %s", inv.Key)
		tx, err := h.db.Pool.Begin(ctx)
		require.NoError(t, err)
		_, err = tx.Exec(ctx, `SET LOCAL session_replication_role = replica`)
		require.NoError(t, err)
		tag, err := tx.Exec(ctx, tampers[inv.Key])
		require.NoError(t, err, inv.Key)
		require.Positive(t, tag.RowsAffected(), "%s: nothing to break", inv.Key)
		var found int
		require.NoError(t, tx.QueryRow(ctx, `SELECT count(*) FROM (`+inv.SQL+`) AS broken`).Scan(&found))
		require.Positive(t, found, "%s does not see it", inv.Key)
		require.NoError(t, tx.Rollback(ctx))
	}
	h.sound(t)
}
