package banksync

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
	"prolong/banksync/statement/record"
)

func TestABatchBecomesALineForEachPayer(t *testing.T) {
	t.Parallel()
	part := func(name string, minor int64) record.Part {
		return record.Part{Direction: statement.Credit, Amount: prolong.NewMoney(minor, prolong.EUR), Counterparty: statement.Party{Name: name}, Purpose: name}
	}
	batch := statement.Entry{Key: "b1:7", Direction: statement.Credit, Amount: prolong.NewMoney(300, prolong.EUR), Parts: []record.Part{part("A", 100), part("B", 200)}}
	single := statement.Entry{Key: "b1:8", Direction: statement.Credit, Amount: prolong.NewMoney(5, prolong.EUR)}
	lines := linesOf([]statement.Entry{batch, single})
	require.Len(t, lines, 3)
	require.Equal(t, []string{"b1:7/1", "b1:7/2", "b1:8"}, []string{lines[0].Key, lines[1].Key, lines[2].Key})
	require.Equal(t, int64(200), lines[1].Amount.Minor())
	require.Equal(t, "B", lines[1].Counterparty.Name)

	batch.Amount = prolong.NewMoney(301, prolong.EUR)
	require.Len(t, linesOf([]statement.Entry{batch}), 1, "parts that do not make the amount are not trusted")
}
