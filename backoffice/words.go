package backoffice

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/web"
)

// share writes a part of a whole given in basis points: "98,4 %".
func share(t i18n.Translator, basisPoints int) string {
	return t.T("office.percent", "Value", t.Number(strconv.Itoa(basisPoints/100)+"."+strconv.Itoa(basisPoints%100/10)))
}

// sums writes amounts of several currencies: "14 900,00 ₽ + 320,00 ₸"; none is "—".
func sums(t i18n.Translator, amounts []prolong.Money) string {
	if len(amounts) == 0 {
		return "—"
	}
	parts := make([]string, len(amounts))
	for i, m := range amounts {
		parts[i] = t.Money(m)
	}
	return strings.Join(parts, " + ")
}

// jobName names a schedule for people; one that has no name yet is called by its own.
func jobName(t i18n.Translator, name string) string {
	if key := "office.job." + name; t.Has(key) {
		return t.T(key)
	}
	return name
}

// countWords says what a run did, without what it did not: "12 счетов, 3 оплачены с баланса".
func countWords(t i18n.Translator, counts jobs.Counts) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		n := counts[name]
		if n == 0 {
			continue
		}
		if key := "office.count." + name; t.Has(key) {
			parts = append(parts, t.N(key, n))
		} else {
			parts = append(parts, name+": "+t.Number(n))
		}
	}
	return strings.Join(parts, ", ")
}

// outcomeBadge shows how a run ended; one that found nothing to do is quiet.
func outcomeBadge(t i18n.Translator, r jobs.Run) web.Badge {
	switch r.Outcome {
	case jobs.OutcomeFailed:
		return web.Badge{Tone: web.ToneBad, Text: t.T("status.outcome_failed")}
	case jobs.OutcomeInterrupted:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("office.outcome.interrupted")}
	case jobs.OutcomeRunning:
		return web.Badge{Tone: web.ToneInfo, Text: t.T("status.outcome_running")}
	case jobs.OutcomeDone:
	}
	if countWords(t, r.Counts) == "" {
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("status.outcome_skipped")}
	}
	return web.Badge{Tone: web.ToneGood, Text: t.T("status.outcome_ok")}
}

// paymentBadge shows the state of received money.
func paymentBadge(t i18n.Translator, s billing.PaymentState) web.Badge {
	switch s {
	case billing.PaymentReview:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("status.payment_review")}
	case billing.PaymentIgnored:
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("status.payment_ignored")}
	case billing.PaymentSplit:
		return web.Badge{Tone: web.ToneGood, Text: t.T("office.payment.split")}
	case billing.PaymentMatched, billing.PaymentVoid:
	}
	return web.Badge{Tone: web.ToneGood, Text: t.T("status.payment_matched")}
}

// reasonName says why a payment waits for a person.
func reasonName(t i18n.Translator, reason match.Reason) string {
	if key := "match.reason." + string(reason); reason != match.ReasonNone && t.Has(key) {
		return t.T(key)
	}
	return t.T("office.reason.none")
}

// ruleName says by which rule a payment was posted: the name of the rule and what it means.
func ruleName(t i18n.Translator, rule match.Rule) string {
	if rule == match.RuleNone {
		return ""
	}
	if key := "match.rule." + string(rule); t.Has(key) {
		return t.T(key)
	}
	return string(rule)
}

// accessBadge shows whether a client's service is open.
func accessBadge(t i18n.Translator, a billing.Access) web.Badge {
	switch a.State {
	case billing.AccessActive:
		return web.Badge{Tone: web.ToneGood, Text: t.T("office.access.active")}
	case billing.AccessGrace:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("office.access.grace")}
	case billing.AccessSuspended:
		return web.Badge{Tone: web.ToneBad, Text: t.T("office.access.suspended")}
	}
	return web.Badge{Tone: web.ToneNeutral, Text: t.T("office.access.none")}
}

// actorName names who did something: a person of the vendor by name, a schedule by its own.
func actorName(t i18n.Translator, actor string, staff map[int64]string) string {
	kind, name, _ := strings.Cut(actor, ":")
	switch prolong.ActorKind(kind) {
	case prolong.ActorStaff:
		if id, err := strconv.ParseInt(name, 10, 64); err == nil && staff[id] != "" {
			return staff[id]
		}
		return t.T("office.actor.staff", "ID", name)
	case prolong.ActorContact:
		return t.T("office.actor.contact", "ID", name)
	case prolong.ActorMachine:
		return t.T("office.actor.machine", "ID", name)
	case prolong.ActorSystem:
	}
	name = strings.ReplaceAll(name, " ", "_")
	if key := "office.system." + name; t.Has(key) {
		return t.T(key)
	}
	return t.T("office.actor.system", "Name", jobName(t, name))
}

// withParams adds parameters, names and values in turn, to an address; empty values and the
// whole queue are left out.
func withParams(path string, params ...any) string {
	q := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		name, value := fmt.Sprint(params[i]), fmt.Sprint(params[i+1])
		if value == "" || value == "0" || name == "queue" && value == queueAll {
			continue
		}
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// today is the day of business of the reader's page.
func today(b web.Base) prolong.Date { return prolong.DateOf(b.Now, b.Zone) }
