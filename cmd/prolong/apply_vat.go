package main

import (
	"gopkg.in/yaml.v3"

	"prolong"
	"prolong/billing"
)

// vatYAML is how a seller is taxed: from the beginning, and from the days of its changes on.
type vatYAML struct {
	Regime  string `yaml:"regime"`
	Changes []struct {
		From   placedText `yaml:"from"`
		Regime string     `yaml:"regime"`
	} `yaml:"changes"`
}

// changes puts the changes of the regime into the seller, whose country and first regime are
// known. An error names the line of the change.
func (y vatYAML) changes(s *billing.Seller) error {
	for i, c := range y.Changes {
		from, err := prolong.ParseDate(c.From.text)
		if err == nil || c.From.text == "" {
			s.VATChanges = append(s.VATChanges, billing.VATChange{From: from, Regime: billing.VATRegime(c.Regime)})
			err = s.CheckVATChange(i)
		}
		if err != nil {
			return onLine(c.From.line, err)
		}
	}
	return nil
}

// placedText is a text that knows its line.
type placedText struct {
	text string
	line int
}

// UnmarshalYAML reads the text.
func (p *placedText) UnmarshalYAML(n *yaml.Node) error {
	p.line = n.Line
	return n.Decode(&p.text)
}

// linedError is what is wrong on a line inside of an element.
type linedError struct {
	line int
	error
}

func (e *linedError) Unwrap() error { return e.error }

// onLine says on which line something is wrong; 0 leaves that to the element it is in.
func onLine(line int, err error) error {
	if line == 0 {
		return err
	}
	return &linedError{line, err}
}
