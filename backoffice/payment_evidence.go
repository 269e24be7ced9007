package backoffice

import (
	"sort"
	"strings"
	"unicode/utf8"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// Piece is a run of a text that was recognised as something, or was not.
type Piece struct {
	Text string
	Kind string // ref, payer, context, against; empty for plain text
	Note string // what was recognised
}

// Chip is a fact about a candidate: it agrees, explains, conflicts or is absent.
type Chip struct {
	Tone web.Tone
	Sign string // read aloud before the text: agrees, absent, conflicts
	Text string
}

// evidence groups by what a fact speaks about.
const (
	aboutReference = "reference"
	aboutPayer     = "payer"
	aboutAmount    = "amount"
	aboutContext   = "context"
	aboutAgainst   = "against"
)

// aboutOf says what a fact speaks about, by the letter of its kind (matching rules, facts).
func aboutOf(kind match.FactKind) string {
	switch {
	case kind == match.FactVeto:
		return aboutAgainst
	case strings.HasPrefix(string(kind), "C-"):
		return aboutContext
	case strings.HasPrefix(string(kind), "R"):
		return aboutReference
	case strings.HasPrefix(string(kind), "I"):
		return aboutPayer
	case strings.HasPrefix(string(kind), "A"):
		return aboutAmount
	}
	return aboutContext
}

// unquoted takes the quotation marks off a name that a text puts into its own.
var unquoted = strings.NewReplacer("«", "", "»", "", `"`, "", "„", "", "“", "", "”", "")

// factText words a fact. Amounts travel in facts as decimals and are written as the language
// does.
func factText(t i18n.Translator, f match.Fact, cur prolong.Currency) string {
	args := prolong.Args{}
	for k, v := range f.Args {
		args[k] = v
		switch k {
		case "Account", "Name":
			args[k] = unquoted.Replace(v)
		case "Amount":
			if m, err := prolong.ParseMoney(v, cur); err == nil {
				args[k] = m
			}
		}
	}
	return t.T(f.Text, args)
}

// chipsOf words the facts of a candidate, and names the kinds of evidence that are absent.
func chipsOf(t i18n.Translator, facts, vetoes []match.Fact, cur prolong.Currency) []Chip {
	var chips []Chip
	seen := map[string]bool{}
	for _, f := range append(append([]match.Fact{}, facts...), vetoes...) {
		about := aboutOf(f.Kind)
		seen[about] = true
		chip := Chip{Tone: web.ToneNeutral, Sign: t.T("office.fact.explains"), Text: factText(t, f, cur)}
		switch {
		case f.Sign > 0:
			chip.Tone, chip.Sign = web.ToneGood, t.T("office.fact.agrees")
		case f.Sign < 0, f.Kind == match.FactA0:
			chip.Tone, chip.Sign = web.ToneBad, t.T("office.fact.conflicts")
		}
		chips = append(chips, chip)
	}
	sort.SliceStable(chips, func(a, b int) bool { return toneRank(chips[a].Tone) < toneRank(chips[b].Tone) })
	for _, about := range []string{aboutReference, aboutPayer, aboutAmount} {
		if !seen[about] {
			chips = append(chips, Chip{Tone: web.ToneNeutral, Sign: t.T("office.fact.absent"), Text: t.T("office.fact.no." + about)})
		}
	}
	return chips
}

func toneRank(tone web.Tone) int {
	switch tone {
	case web.ToneGood:
		return 0
	case web.ToneBad:
		return 1
	case web.ToneInfo, web.ToneNeutral, web.ToneWarn:
	}
	return 2
}

// piecesOf cuts the purpose of a payment where something was recognised in it. Where facts
// overlap, the one that speaks of the number goes first, then what speaks against.
func piecesOf(t i18n.Translator, p banksync.Received, d match.Decision) []Piece {
	var marks []mark
	add := func(facts []match.Fact) {
		for _, f := range facts {
			s := f.Span
			if s.Field != match.FieldPurpose || s.From < 0 || s.To > len(p.Purpose) || s.From >= s.To || !runeBounds(p.Purpose, s.From, s.To) {
				continue
			}
			marks = append(marks, mark{s.From, s.To, aboutOf(f.Kind), factText(t, f, p.Amount.Currency())})
		}
	}
	add(d.Facts)
	add(d.Vetoes)
	for _, c := range d.Candidates {
		add(c.Facts)
	}
	sort.SliceStable(marks, func(a, b int) bool { return marks[a].rank() < marks[b].rank() })
	var chosen []mark
	for _, m := range marks {
		if !overlaps(chosen, m) {
			chosen = append(chosen, m)
		}
	}
	sort.Slice(chosen, func(a, b int) bool { return chosen[a].from < chosen[b].from })
	var pieces []Piece
	at := 0
	for _, m := range chosen {
		if m.from > at {
			pieces = append(pieces, Piece{Text: p.Purpose[at:m.from]})
		}
		pieces = append(pieces, Piece{Text: p.Purpose[m.from:m.to], Kind: m.about, Note: m.note})
		at = m.to
	}
	if at < len(p.Purpose) {
		pieces = append(pieces, Piece{Text: p.Purpose[at:]})
	}
	return pieces
}

type mark struct {
	from, to    int
	about, note string
}

func (m mark) rank() int {
	return map[string]int{aboutReference: 0, aboutAgainst: 1, aboutPayer: 2, aboutContext: 3, aboutAmount: 4}[m.about]
}

func overlaps(list []mark, m mark) bool {
	for _, x := range list {
		if m.from < x.to && x.from < m.to {
			return true
		}
	}
	return false
}

// runeBounds guards against a span that would cut a letter in two.
func runeBounds(s string, from, to int) bool {
	return utf8.RuneStart(s[from]) && (to == len(s) || utf8.RuneStart(s[to]))
}

// payerMarks says which requisites of the payer were recognised: "tax_id", "account", "name".
func payerMarks(d match.Decision) map[string]string {
	marks := map[string]string{}
	add := func(facts []match.Fact) {
		for _, f := range facts {
			kind := "agrees"
			switch {
			case f.Sign == 0:
				continue
			case f.Sign < 0:
				kind = "against"
			}
			switch f.Span.Field {
			case match.FieldPayerTaxID:
				marks["tax_id"] = kind
			case match.FieldPayerAccount:
				marks["account"] = kind
			case match.FieldPayerName:
				marks["name"] = kind
			case match.FieldPurpose, match.FieldActualPayer, match.FieldStructuredRef, match.FieldAmount:
			}
		}
	}
	add(d.Facts)
	add(d.Vetoes)
	if len(d.Candidates) > 0 {
		add(d.Candidates[0].Facts)
	}
	return marks
}
