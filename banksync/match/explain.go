package match

import (
	"strconv"
	"unicode/utf8"
)

// codeText is the fact of a code that was found in the text.
func (c *caseFile) codeText(h codeHit, kind FactKind, a *account) Fact {
	if kind == FactR5 {
		return Fact{
			Kind: FactR5, Text: "match.fact.structured", Sign: 1, Span: Span{Field: FieldStructuredRef, To: len(c.payment.StructuredRef)},
			Args: map[string]string{"Code": h.code},
		}
	}
	span := c.text.span(h.from, h.to)
	written := c.text.original(span)
	// People count characters from one, to the last one included.
	from := utf8.RuneCountInString(c.text.src[:span.From]) + 1
	fact := Fact{Kind: kind, Sign: 1, Span: span, Args: map[string]string{
		"Code": h.code, "Written": written, "Account": a.name,
		"From": strconv.Itoa(from), "To": strconv.Itoa(from + utf8.RuneCountInString(written) - 1),
	}}
	switch {
	case kind == FactRS:
		fact.Text = "match.fact.code_closed"
		fact.Args["Number"] = a.number(h.running[len(h.running)-1])
	case h.how == howLetter:
		fact.Text = "match.fact.code_letter"
	case h.how == howJoined:
		fact.Text = "match.fact.code_joined"
	case h.how == howGlued:
		fact.Text = "match.fact.code_glued"
	default:
		fact.Text = "match.fact.code"
	}
	return fact
}

// veto is a fact that forbids to post.
func veto(text string, span Span, args map[string]string) Fact {
	return Fact{Kind: FactVeto, Text: text, Args: args, Span: span, Sign: -1}
}

// tokenSpan is the span of the tokens [first, last].
func (c *caseFile) tokenSpan(first, last int) Span {
	return c.text.span(c.text.tokens[first].from, c.text.tokens[last].to)
}
