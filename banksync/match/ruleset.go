package match

import (
	"strings"

	"prolong"
)

// Ruleset is one version of the rules as a value, so that history can be replayed with
// another one. Once a version has decided real payments it is never edited: a change is a
// new version.
type Ruleset struct {
	Version string
	// PostBitsMin is the least log2 odds of a posted payment, MarginBitsMin the least lead
	// over the second candidate (reference 5.3).
	PostBitsMin   float64
	MarginBitsMin float64
	// Disabled rules send what they would have posted to review.
	Disabled []Rule
}

// Current returns the rule set that decides new payments.
func Current() Ruleset { return rulesets()[0] }

// Rulesets returns all known versions, the current one first.
func Rulesets() []Ruleset { return rulesets() }

// FindRuleset returns a version by its name. Returns CodeNotFound naming the known ones.
func FindRuleset(version string) (Ruleset, error) {
	var known []string
	for _, r := range rulesets() {
		if r.Version == version {
			return r, nil
		}
		known = append(known, r.Version)
	}
	return Ruleset{}, prolong.NewError(prolong.CodeNotFound, "error.match_ruleset", prolong.Args{"Version": version, "Known": strings.Join(known, " ")})
}

func rulesets() []Ruleset {
	return []Ruleset{
		{Version: "2026.1", PostBitsMin: 16.6, MarginBitsMin: 10},
		// For a vendor who wants a person to see every payment without a number.
		{Version: "2026.1-numbers-only", PostBitsMin: 16.6, MarginBitsMin: 10, Disabled: []Rule{RuleW5, RuleW7All}},
	}
}
