package mail

import (
	"bufio"
	"bytes"
	"net/textproto"
	"regexp"
	"strings"
)

// Report is the machine-readable part of an automatic letter: what became of a letter of ours.
type Report struct {
	// OriginalID is the Message-ID of the letter it is about, "" if the report does not say.
	OriginalID string
	Recipients []Recipient
	// Disposition is the verdict of a read receipt, "displayed"; Feedback the kind of a
	// complaint, "abuse".
	Disposition string
	Feedback    string
}

// Recipient is the fate of a letter at one address.
type Recipient struct {
	Email      string
	Action     string // failed | delayed | delivered | relayed | expanded
	Status     string // "5.1.10"
	Diagnostic string
}

// The bounds of a report.
const (
	reportBytesMax      = 256 << 10
	reportRecipientsMax = 100
)

// Hard says whether the address does not exist or will never take letters: a permanent
// failure (5.x.x) that is about the address (x.1.x) or its mailbox being disabled (5.2.1). A
// full box or a refusal of this one letter is soft.
func (r Recipient) Hard() bool {
	return r.Action == "failed" && (strings.HasPrefix(r.Status, "5.1.") || r.Status == "5.2.1" || r.Status == "5.0.0" && unknownUser.MatchString(r.Diagnostic))
}

var unknownUser = regexp.MustCompile(`(?i)user unknown|no such user|unknown user|mailbox (unavailable|not found)|does not exist|not a registered|invalid mailbox|нет такого|не существует`)

// deliveryReport reads message/delivery-status (RFC 3464): groups of fields, the first about
// the letter, the others about one recipient each.
func deliveryReport(content []byte) *Report {
	r := &Report{}
	for i, group := range fieldGroups(content) {
		if id := messageIDs(group.Get("Original-Message-Id")); len(id) > 0 && r.OriginalID == "" {
			r.OriginalID = id[0]
		}
		to := Recipient{
			Email:      typed(group.Get("Final-Recipient")),
			Action:     strings.ToLower(firstWord(group.Get("Action"))),
			Status:     firstWord(group.Get("Status")),
			Diagnostic: decodeHeader(typed(group.Get("Diagnostic-Code"))),
		}
		if original := typed(group.Get("Original-Recipient")); to.Email == "" {
			to.Email = original
		}
		if (i > 0 || to.Email != "") && to != (Recipient{}) && len(r.Recipients) < reportRecipientsMax {
			r.Recipients = append(r.Recipients, to)
		}
	}
	return r
}

// dispositionReport reads message/disposition-notification (RFC 8098).
func dispositionReport(content []byte) *Report {
	r := &Report{}
	for _, group := range fieldGroups(content) {
		if id := messageIDs(group.Get("Original-Message-Id")); len(id) > 0 {
			r.OriginalID = id[0]
		}
		if d := group.Get("Disposition"); d != "" {
			_, kind, _ := strings.Cut(d, ";")
			r.Disposition = strings.ToLower(firstWord(kind))
		}
		if to := typed(group.Get("Final-Recipient")); to != "" {
			r.Recipients = append(r.Recipients, Recipient{Email: to})
		}
	}
	return r
}

// feedbackReport reads message/feedback-report (RFC 5965).
func feedbackReport(content []byte) *Report {
	r := &Report{}
	for _, group := range fieldGroups(content) {
		if k := group.Get("Feedback-Type"); k != "" {
			r.Feedback = strings.ToLower(firstWord(k))
		}
		for _, to := range group.Values("Original-Rcpt-To") {
			if len(r.Recipients) < reportRecipientsMax {
				r.Recipients = append(r.Recipients, Recipient{Email: strings.Trim(to, "<> ")})
			}
		}
	}
	return r
}

// fieldGroups reads blocks of header-like fields, separated by empty lines. A damaged block
// gives what it has.
func fieldGroups(content []byte) []textproto.MIMEHeader {
	content = bytes.ReplaceAll(content[:min(len(content), reportBytesMax)], []byte("\r\n"), []byte("\n"))
	var groups []textproto.MIMEHeader
	for _, block := range bytes.Split(content, []byte("\n\n")) {
		block = bytes.Trim(block, "\n")
		if len(block) == 0 || len(groups) > reportRecipientsMax {
			continue
		}
		r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(block, "\n\n"...))))
		h, err := r.ReadMIMEHeader()
		if len(h) > 0 {
			groups = append(groups, h)
		}
		if err != nil {
			continue // what was read before the damage is in h
		}
	}
	return groups
}

// typed drops the type before the value: "rfc822; a@b" is "a@b".
func typed(s string) string {
	if _, after, ok := strings.Cut(s, ";"); ok {
		s = after
	}
	return strings.Trim(strings.TrimSpace(s), "<>")
}

func firstWord(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}
