package banksync

import (
	"context"
	"slices"
	"time"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// ReplaySpec says what is decided once more.
type ReplaySpec struct {
	Rules    string       // version of the rule set; empty is the current one
	From, To prolong.Date // first and last day of the decisions, by the seller's time; zero: all
}

// Changed says how a decision would be another one.
type Changed string

// The changes, the worst first.
const (
	ChangedAccount Changed = "account" // posted to other accounts
	ChangedPosted  Changed = "posted"  // posted; it was not
	ChangedReview  Changed = "review"  // to a person; it was posted
	ChangedClass   Changed = "class"   // between a person and not ours
	ChangedWhat    Changed = "what"    // other invoices of the same account
)

// Verdict compares a replayed decision with where the money is today.
type Verdict string

// The verdicts.
const (
	VerdictRight   Verdict = "right"   // it posts where the money is
	VerdictUnknown Verdict = "unknown" // it posts, and the payment still waits
	VerdictWrong   Verdict = "wrong"   // it posts, and the money is elsewhere
	VerdictPerson  Verdict = "person"  // it asks a person
)

// Replayed is a payment that would be decided differently.
type Replayed struct {
	PaymentID     billing.PaymentID `json:"payment_id"`
	Date          prolong.Date      `json:"date"`
	Amount        prolong.Money     `json:"amount"`
	Payer         string            `json:"payer"`
	Purpose       string            `json:"purpose"`
	Changed       Changed           `json:"changed"`
	Verdict       Verdict           `json:"verdict"`
	Before, After ReplayedDecision
	Ended         []int64 `json:"ended"` // the accounts that have it today
}

// ReplayedDecision is the short form of a decision.
type ReplayedDecision struct {
	Class    match.Class  `json:"class"`
	Rule     match.Rule   `json:"rule"`
	Reason   match.Reason `json:"reason"`
	Accounts []int64      `json:"accounts"`
	Invoices []string     `json:"invoices"`
}

// ReplayReport sums a replay up.
type ReplayReport struct {
	Rules    string
	Payments int // decided once more
	Posted   int // of them, by the old decisions
	Posts    int // of them, by the rule set that is looked at
	Changed  map[Changed]int
	// Wrong counts payments that would be posted to an account that does not have the money
	// today, whether or not the old decision did so, too.
	Wrong int
}

// Replay decides history once more, as the world was then, and gives every payment that would
// be decided differently to yield, the oldest first. It changes nothing. Returns CodeNotFound
// for an unknown rule set.
func (s *Service) Replay(ctx context.Context, spec ReplaySpec, yield func(Replayed) error) (ReplayReport, error) {
	fail := func(err error) (ReplayReport, error) { return ReplayReport{}, prolong.Wrap("banksync.Replay", err) }
	rules := match.Current()
	if spec.Rules != "" {
		var err error
		if rules, err = match.FindRuleset(spec.Rules); err != nil {
			return fail(err)
		}
	}
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return fail(err)
	}
	report := ReplayReport{Rules: rules.Version, Changed: map[Changed]int{}}
	ids := make([]billing.SellerID, 0, len(catalog.Sellers))
	for id := range catalog.Sellers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		zone := catalog.Sellers[id].Location
		h := &history{service: s, seller: id, catalog: catalog, taught: true}
		err := h.replay(ctx, func(d decided) error {
			if !within(d.at, spec, zone) {
				return nil
			}
			r, changed := report.add(d, h.decideWith(rules, d))
			if !changed {
				return nil
			}
			return yield(r)
		})
		if err != nil {
			return fail(err)
		}
	}
	return report, nil
}

func within(at time.Time, spec ReplaySpec, zone *time.Location) bool {
	day := prolong.DateOf(at, zone)
	return (spec.From.IsZero() || !day.Before(spec.From)) && (spec.To.IsZero() || !day.After(spec.To))
}

// add counts a decision and says whether it differs.
func (x *ReplayReport) add(d decided, after match.Decision) (r Replayed, changed bool) {
	before := d.before
	r = Replayed{PaymentID: d.id, Date: d.payment.Date, Amount: d.payment.Amount, Payer: d.payment.PayerName, Purpose: d.payment.Purpose,
		Before: shortOf(before), After: shortOf(after), Ended: d.ended(), Verdict: verdictOf(d, after)}
	x.Payments++
	if before.Class.Posts() {
		x.Posted++
	}
	if after.Class.Posts() {
		x.Posts++
	}
	if r.Verdict == VerdictWrong {
		x.Wrong++
	}
	switch {
	case before.Class.Posts() && after.Class.Posts() && !slices.Equal(sortedIDs(r.Before.Accounts), sortedIDs(r.After.Accounts)):
		r.Changed = ChangedAccount
	case !before.Class.Posts() && after.Class.Posts():
		r.Changed = ChangedPosted
	case before.Class.Posts() && !after.Class.Posts():
		r.Changed = ChangedReview
	case !before.Class.Posts() && before.Class != after.Class:
		r.Changed = ChangedClass
	case before.Class.Posts() && !slices.Equal(r.Before.Invoices, r.After.Invoices):
		r.Changed = ChangedWhat
	default:
		return r, r.Verdict == VerdictWrong
	}
	x.Changed[r.Changed]++
	return r, true
}

func verdictOf(d decided, after match.Decision) Verdict {
	switch {
	case !after.Class.Posts():
		return VerdictPerson
	case !d.settled:
		return VerdictUnknown
	case slices.Equal(sortedIDs(accountsOf(after)), sortedIDs(d.ended())):
		return VerdictRight
	}
	return VerdictWrong
}

func sortedIDs(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Sort(out)
	return out
}

func shortOf(d match.Decision) ReplayedDecision {
	short := ReplayedDecision{Class: d.Class, Rule: d.Rule, Reason: d.Reason, Accounts: accountsOf(d), Invoices: []string{}}
	for _, a := range d.Allocations {
		if a.Number != "" {
			short.Invoices = append(short.Invoices, a.Number)
		}
	}
	return short
}
