package matchbench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/match"
	"prolong/internal/i18n"
)

// limits are the acceptance of reference 7.4.
var limits = map[Mix]float64{Clean: 0.985, Hard: 0.97, Hostile: 0.90}

// reviewTop1Min is the least share of reviews with the right account on top.
const reviewTop1Min = 0.90

func check(t testing.TB, mix Mix, r Report) {
	t.Helper()
	var table strings.Builder
	require.NoError(t, r.WriteTable(&table))
	for _, f := range r.Bad {
		t.Errorf("%s: posted wrongly: %s", mix, f)
	}
	require.Zero(t, r.Total.Wrong, "%s: wrong postings\n%s", mix, &table)
	for _, f := range r.Astray {
		t.Errorf("%s: right account, wrong invoices: %v for %v: %s", mix, f.Posting.Invoices, f.Case.Invoices, f)
	}
	require.Zero(t, r.Total.XAuto, "%s: traps posted\n%s", mix, &table)
	require.GreaterOrEqual(t, r.Total.AutoRate(), limits[mix], "%s: rate\n%s", mix, &table)
	require.GreaterOrEqual(t, r.Total.Top1Rate(), reviewTop1Min, "%s: reviews\n%s", mix, &table)
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(10000, NewRand(1))
	require.NoError(t, err)
	for _, mix := range Mixes {
		r, err := Run(w, mix, 10000, 7, Current, nil)
		require.NoError(t, err)
		check(t, mix, r)
	}
}

// TestBaselinesAreWorse shows that the corpus is hard: what others do posts wrongly on it.
func TestBaselinesAreWorse(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(3000, NewRand(2))
	require.NoError(t, err)
	for name, m := range Baselines(w) {
		r, err := Run(w, Hard, 5000, 3, m, nil)
		require.NoError(t, err)
		require.Positive(t, r.Total.Wrong, name)
	}
}

func TestEveryDistortionOccurs(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(2000, NewRand(3))
	require.NoError(t, err)
	seen := map[int]bool{0: true}
	for _, mix := range Mixes {
		Generate(w, mix, 8000, NewRand(5), func(c Case) {
			for _, id := range c.Distortions {
				seen[id] = true
			}
		})
	}
	for id, name := range Names() {
		require.True(t, seen[id], "distortion %d %s", id, name)
	}
	require.GreaterOrEqual(t, len(seen), 80, "the reference has 79")
}

// TestEveryFactHasAText says all facts, vetoes and reasons of a corpus in every language.
func TestEveryFactHasAText(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	w, err := NewWorld(2000, NewRand(4))
	require.NoError(t, err)
	texts := map[string]map[string]string{}
	Generate(w, Hostile, 6000, NewRand(6), func(c Case) {
		d := match.Decide(c.Payment, w.Snapshot)
		facts := append(append([]match.Fact{}, d.Facts...), d.Vetoes...)
		for _, candidate := range d.Candidates {
			facts = append(facts, candidate.Facts...)
		}
		for _, f := range facts {
			texts[f.Text] = f.Args
			if f.Span.Field == match.FieldPurpose {
				require.True(t, 0 <= f.Span.From && f.Span.From <= f.Span.To && f.Span.To <= len(c.Payment.Purpose), "%+v in %q", f, c.Payment.Purpose)
			}
		}
		if d.Reason != "" {
			texts["match.reason."+string(d.Reason)] = nil
		}
		if d.Rule != "" {
			texts["match.rule."+string(d.Rule)] = nil
		}
	})
	for _, lang := range i18n.Langs() {
		tr := catalog.Translator(lang)
		for key, values := range texts {
			var args []any
			for name, value := range values {
				args = append(args, name, value)
			}
			text := tr.T(key, args...)
			require.False(t, i18n.Missing(text), "%s: %s", lang, key)
			require.NotContains(t, text, "<no value>", "%s: %s", lang, key)
		}
	}
}
