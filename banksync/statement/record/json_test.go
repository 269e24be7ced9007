package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
)

// What is written piece by piece is what the encoder writes of the whole.
func TestWriteJSONIsTheIndentedWhole(t *testing.T) {
	t.Parallel()
	opening := prolong.NewMoney(-150, prolong.RUB)
	entry := record.Entry{Line: 3, Status: record.Booked, Direction: record.Credit, Amount: prolong.NewMoney(1490050, prolong.RUB), Date: prolong.MustDate("2026-03-10"),
		Counterparty: record.Party{Name: "ООО \"Пример\" <&> \u2028"}, Purpose: "a\tb", Key: "c1:x", Cut: record.CutText}
	for name, list := range map[string][]record.Statement{
		"none":    {},
		"empty":   {{}},
		"several": {{Format: record.FormatMT940, Opening: &opening, Entries: []record.Entry{entry, {}}}, {Warnings: []record.Warning{{Line: 1, Code: record.WarnNoBalance}, {Code: record.WarnAmountInvalid, Args: prolong.Args{"Value": "<1>"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got, want bytes.Buffer
			require.NoError(t, record.WriteJSON(&got, list, nil))
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			require.NoError(t, enc.Encode(list))
			// What marshals itself escapes for HTML, whatever its encoder is told.
			plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(want.String())
			require.Equal(t, plain, got.String())
		})
	}
}

func TestWriteJSONSaysThatItCannotWrite(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	require.ErrorIs(t, record.WriteJSON(failing{full}, []record.Statement{{}}, nil), full)
	require.NoError(t, record.WriteJSON(iotest.TruncateWriter(&bytes.Buffer{}, 10), nil, nil))
}

type failing struct{ err error }

// Write implements io.Writer.
func (f failing) Write([]byte) (int, error) { return 0, f.err }
