package matchbench

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCorpus(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(10000, NewRand(1))
	require.NoError(t, err)
	for _, mix := range Mixes {
		r, err := Run(w, mix, 10000, 7, Current, nil)
		require.NoError(t, err)
		require.NoError(t, r.WriteTable(os.Stdout))
		for _, f := range r.Bad[:min(15, len(r.Bad))] {
			t.Logf("BAD %c %v truth %v trap %v got %v: %q payer %q %s %s", f.Case.Label, f.Case.Distortions, f.Case.Accounts, f.Case.TrapTarget, f.Posting, f.Case.Payment.Purpose, f.Case.Payment.PayerName, f.Case.Payment.PayerTaxID, f.Case.Payment.Amount)
		}
		for _, f := range r.Missed[:min(40, len(r.Missed))] {
			t.Logf("MISSED %c %v truth %v got %v: %q payer %q %s %s", f.Case.Label, f.Case.Distortions, f.Case.Accounts, f.Posting, f.Case.Payment.Purpose, f.Case.Payment.PayerName, f.Case.Payment.PayerTaxID, f.Case.Payment.Amount)
		}
	}
}
