package statement_test

import (
	"bytes"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement"
)

// cutting says how a format is cut into two files that overlap: where its entries begin and
// what follows the last.
type cutting struct {
	file, begin, end string
}

// cuttings are samples of each format with entries that can be taken apart.
var cuttings = []cutting{
	{"kilylabs__client-bank-exchange-php/one_day_utf8.txt", "СекцияДокумент", "КонецФайла"},
	{"Unact__client_bank_exchange2/test.txt", "СекцияДокумент", "КонецФайла"},
	{"viafintech__camt_parser/valid_example_v4.xml", "<Ntry>", "</Stmt>"},
	{"railslove__cmxl/mt940.txt", ":61:", ":62F:C131017DEM"},
}

// TestOverlappingHalves reads a file in two overlapping halves: together they must give the
// keys of the whole, and what they have in common the same keys. Twins are the trap: a half
// that begins with the second of two equal rows cannot know of the first, so the halves are
// cut as banks cut them, the first always from the beginning of the day.
func TestOverlappingHalves(t *testing.T) {
	t.Parallel()
	for _, c := range cuttings {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			data := sample{file: c.file}.read(t)
			head, entries, tail := takeApart(t, data, c)
			whole := allKeys(t, data)
			for keep := 1; keep <= len(entries); keep++ {
				part := allKeys(t, bytes.Join([][]byte{head, bytes.Join(entries[:keep], nil), tail}, nil))
				require.Subset(t, whole, part, "the first %d entries", keep)
				union := append(append([]string(nil), part...), whole...)
				require.Equal(t, distinct(whole), distinct(union))
			}
		})
	}
}

// TestReordered reads the entries of a file in the opposite order: the keys do not depend on
// the order.
func TestReordered(t *testing.T) {
	t.Parallel()
	for _, c := range cuttings[:3] {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			data := sample{file: c.file}.read(t)
			head, entries, tail := takeApart(t, data, c)
			reversed := make([][]byte, len(entries))
			for i := range entries {
				reversed[len(entries)-1-i] = append(bytes.TrimRight(entries[i], "\r\n "), '\n')
			}
			require.Equal(t, distinct(allKeys(t, data)), distinct(allKeys(t, bytes.Join([][]byte{head, bytes.Join(reversed, nil), tail}, nil))))
		})
	}
}

// TestTruncated cuts a file at many places: whatever is read is a part of the whole, and
// an incomplete entry is never taken for a complete one: it is left out, or marked as cut.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, c := range cuttings[:3] {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			data := sample{file: c.file}.read(t)
			whole := distinct(allKeys(t, data))
			const cuts = 150
			for size := len(data) - 1; size > 0; size -= len(data)/cuts + 1 {
				statements, err := statement.Parse(bytes.NewReader(data[:size]), statement.Options{})
				if err != nil {
					require.NotEmpty(t, errorKey(err), "%v", err)
					continue
				}
				for i := range statements {
					statements[i].Entries = slices.DeleteFunc(statements[i].Entries, func(e statement.Entry) bool { return e.Cut != statement.CutNothing })
				}
				require.Subset(t, whole, distinct(keys(statements)), "cut at %d", size)
			}
		})
	}
}

func takeApart(t *testing.T, data []byte, c cutting) (head []byte, entries [][]byte, tail []byte) {
	t.Helper()
	from := bytes.Index(data, []byte(c.begin))
	to := bytes.Index(data, []byte(c.end))
	require.Positive(t, from)
	require.Greater(t, to, from)
	for _, part := range strings.Split(string(data[from:to]), c.begin)[1:] {
		entries = append(entries, []byte(c.begin+part))
	}
	require.Greater(t, len(entries), 1)
	return data[:from], entries, data[to:]
}

func allKeys(t *testing.T, data []byte) []string {
	t.Helper()
	statements, err := statement.Parse(bytes.NewReader(data), statement.Options{})
	require.NoError(t, err)
	return keys(statements)
}

func distinct(list []string) []string {
	seen := make(map[string]bool)
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return out
}
