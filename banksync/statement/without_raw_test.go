package statement_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement"
)

// TestWithoutRawTellsTheSame reads every sample, and each piece of it, with and without the original
// texts: what is shown is the same, unless an entry is cut, and then the text of that one is kept.
func TestWithoutRawTellsTheSame(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, s := range samples(t) {
		texts[s.file] = string(s.read(t))
	}
	for name, c := range cutCases {
		texts[name] = c.text
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pieces = 8
			for i := 1; i <= pieces; i++ {
				piece := text[:len(text)*i/pieces]
				full, fullErr := statement.Parse(strings.NewReader(piece), statement.Options{})
				short, err := statement.Parse(strings.NewReader(piece), statement.Options{WithoutRaw: true})
				if fullErr != nil {
					require.EqualError(t, err, fullErr.Error())
					continue
				}
				require.NoError(t, err)
				isCut := func(e statement.Entry) bool { return e.Cut != statement.CutNothing }
				if slices.ContainsFunc(full, func(s statement.Statement) bool { return slices.ContainsFunc(s.Entries, isCut) }) {
					requireCutRaw(t, full, short)
					continue
				}
				require.Equal(t, shown(t, full), shown(t, short))
			}
		})
	}
}

func requireCutRaw(t *testing.T, full, short []statement.Statement) {
	t.Helper()
	for i := range short {
		require.Len(t, short[i].Entries, len(full[i].Entries))
		for k, e := range short[i].Entries {
			if e.Cut != statement.CutNothing {
				require.Equal(t, full[i].Entries[k].Raw, e.Raw)
			}
		}
	}
}

func shown(t *testing.T, list []statement.Statement) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, statement.WriteJSON(&b, list, nil))
	return b.String()
}
