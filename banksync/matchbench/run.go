package matchbench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"prolong/banksync/match"
)

// Posting is what a matcher does with a payment: the accounts it posts to, none for review,
// and the account on top of its review list.
type Posting struct {
	Accounts []int64
	Top      int64
	Invoices []int64 // the shares that went to invoices, nil if the matcher does not say
	Why      string  // for people
}

// Matcher is the system under test, or a baseline.
type Matcher func(p match.Payment, s *match.Snapshot) Posting

// Current is matching with the current rule set.
func Current(p match.Payment, s *match.Snapshot) Posting { return postingOf(match.Decide(p, s)) }

func postingOf(d match.Decision) Posting {
	out := Posting{Why: string(d.Rule) + string(d.Reason)}
	for _, f := range d.Vetoes {
		out.Why += " " + f.Text
	}
	if d.Class.Posts() {
		for _, part := range d.Parts {
			out.Accounts = append(out.Accounts, part.AccountID)
		}
	}
	for _, a := range d.Allocations {
		if a.InvoiceID != 0 {
			out.Invoices = append(out.Invoices, a.AmountMinor)
		}
	}
	if len(d.Candidates) > 0 {
		out.Top = d.Candidates[0].AccountID
	}
	return out
}

// Tally counts the outcomes of one kind of payment.
type Tally struct {
	Count    int
	A        int // labelled A
	AutoA    int
	Auto     int // posted, whatever the label
	Wrong    int // posted to an account that it does not belong to
	What     int // posted to the right account, but not to the invoices meant
	Stranger int // nobody's money posted, part of Wrong
	XAuto    int // labelled X and posted to anybody but the account that the code names
	Review   int // to review, with a right account
	Top1     int // to review, with the right account on top
	AutoSum  int64
	Sum      int64
}

func (t *Tally) add(o Tally) {
	t.Count += o.Count
	t.A += o.A
	t.AutoA += o.AutoA
	t.Auto += o.Auto
	t.Wrong += o.Wrong
	t.What += o.What
	t.Stranger += o.Stranger
	t.XAuto += o.XAuto
	t.Review += o.Review
	t.Top1 += o.Top1
	t.AutoSum += o.AutoSum
	t.Sum += o.Sum
}

// AutoRate is the share of the payments labelled A that were posted.
func (t Tally) AutoRate() float64 { return ratio(t.AutoA, t.A) }

// Top1Rate is the share of reviews with the right account on top.
func (t Tally) Top1Rate() float64 { return ratio(t.Top1, t.Review) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Report is the outcome of one corpus.
type Report struct {
	Total        Tally
	ByDistortion map[int]*Tally
	Durations    []time.Duration // of the single decisions, sorted; empty unless measured
	Bad          []Failure       // wrong postings, at most failuresKeptMax
	Astray       []Failure       // right account, wrong invoices, at most failuresKeptMax
	Missed       []Failure       // labelled A and not posted, at most failuresKeptMax
}

// Failure is a case with the decision that it got.
type Failure struct {
	Case    Case
	Posting Posting
}

const failuresKeptMax = 40

// String says everything that is needed to understand the failure.
func (f Failure) String() string {
	p := f.Case.Payment
	return fmt.Sprintf("%c %v truth %v trap %d got %v top %d (%s): %q, payer %q %s %s, %s %s", f.Case.Label, f.Case.Distortions, f.Case.Accounts, f.Case.TrapTarget,
		f.Posting.Accounts, f.Posting.Top, f.Posting.Why, p.Purpose, p.PayerName, p.PayerTaxID, p.PayerAccount, p.Amount, p.Amount.Currency())
}

// Clock tells the time for measurements; tests that do not measure pass nil.
type Clock func() time.Time

// Run generates n payments and lets the matcher decide them.
func Run(w *World, mix Mix, n int, seed uint64, m Matcher, now Clock) (Report, error) {
	r := Report{ByDistortion: map[int]*Tally{}}
	var failed error
	Generate(w, mix, n, NewRand(seed), func(c Case) {
		if failed != nil {
			return
		}
		if failed = w.Snapshot.Apply(c.Before...); failed != nil {
			return
		}
		p := m(c.Payment, w.Snapshot)
		if now != nil {
			r.Durations = append(r.Durations, c.measure(m, w.Snapshot, now))
		}
		if failed = w.Snapshot.Apply(c.After...); failed != nil {
			return
		}
		r.score(c, p)
	})
	slices.Sort(r.Durations)
	return r, failed
}

// measure returns the shortest of three decisions on the case: the machine has other work,
// and what it does in between is not the decision's time.
func (c Case) measure(m Matcher, s *match.Snapshot, now Clock) time.Duration {
	best := time.Duration(math.MaxInt64)
	for range 3 {
		start := now()
		m(c.Payment, s)
		best = min(best, now().Sub(start))
	}
	return best
}

// merge adds another corpus to the report.
func (r *Report) merge(o Report) {
	r.Total.add(o.Total)
	for id, t := range o.ByDistortion {
		if r.ByDistortion[id] == nil {
			r.ByDistortion[id] = &Tally{}
		}
		r.ByDistortion[id].add(*t)
	}
	r.Durations = append(r.Durations, o.Durations...)
	slices.Sort(r.Durations)
	r.Bad = append(r.Bad, o.Bad...)
	r.Astray = append(r.Astray, o.Astray...)
	r.Missed = append(r.Missed, o.Missed...)
}

func (r *Report) score(c Case, p Posting) {
	t := Tally{Count: 1, Sum: c.Payment.Amount.Minor()}
	if c.Label == LabelA {
		t.A = 1
	}
	right := slices.Equal(sorted(p.Accounts), sorted(c.Accounts))
	switch {
	case len(p.Accounts) > 0:
		t.Auto, t.AutoSum = 1, t.Sum
		if c.Label == LabelA && right {
			t.AutoA = 1
		}
		if !right {
			t.Wrong = 1
			if len(c.Accounts) == 0 {
				t.Stranger = 1
			}
		}
		if right && p.Invoices != nil && c.Invoices != nil && !slices.Equal(sorted(p.Invoices), sorted(c.Invoices)) {
			t.What = 1
			if len(r.Astray) < failuresKeptMax {
				r.Astray = append(r.Astray, Failure{c, p})
			}
		}
		if c.Label == LabelX && !(right && c.followsCode()) {
			t.XAuto = 1
		}
		if t.Wrong+t.XAuto > 0 && len(r.Bad) < failuresKeptMax {
			r.Bad = append(r.Bad, Failure{c, p})
		}
	case len(c.Accounts) > 0:
		t.Review = 1
		if slices.Contains(c.Accounts, p.Top) {
			t.Top1 = 1
		}
	}
	if t.A > t.AutoA && len(r.Missed) < failuresKeptMax {
		r.Missed = append(r.Missed, Failure{c, p})
	}
	r.Total.add(t)
	ids := c.Distortions
	if len(ids) == 0 {
		ids = []int{0}
	}
	for _, id := range ids {
		if r.ByDistortion[id] == nil {
			r.ByDistortion[id] = &Tally{}
		}
		r.ByDistortion[id].add(t)
	}
}

// followsCode says whether posting to the account of the code is allowed although the payment
// is a trap (distortion 67).
func (c Case) followsCode() bool { return slices.Contains(c.Distortions, 67) }

func sorted(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Sort(out)
	return out
}

// Percentile returns the duration that the share q of the decisions did not exceed.
func (r Report) Percentile(q float64) time.Duration {
	if len(r.Durations) == 0 {
		return 0
	}
	return r.Durations[min(len(r.Durations)-1, int(math.Ceil(q*float64(len(r.Durations))))-1)]
}

// WriteTable prints the totals and one line per distortion.
func (r Report) WriteTable(out io.Writer) error {
	var b strings.Builder
	names := Names()
	line := func(name string, t Tally) {
		fmt.Fprintf(&b, "%-28s %8d %7.2f%% %6d %6d %8d %6d %7.1f%%\n", name, t.Count, 100*t.AutoRate(), t.Wrong, t.What, t.Stranger, t.XAuto, 100*t.Top1Rate())
	}
	fmt.Fprintf(&b, "%-28s %8s %8s %6s %6s %8s %6s %8s\n", "distortion", "count", "auto(A)", "wrong", "what", "stranger", "X auto", "top1")
	line("total", r.Total)
	ids := make([]int, 0, len(r.ByDistortion))
	for id := range r.ByDistortion {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		line(fmt.Sprintf("%d %s", id, names[id]), *r.ByDistortion[id])
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// WrongBound is the upper end of the 95 % interval of the share of wrong postings: the rule of
// three for none, else a bound that is not below Clopper and Pearson's by more than rounding.
func (t Tally) WrongBound() float64 {
	if t.Auto == 0 {
		return 1
	}
	if t.Wrong == 0 {
		return 3 / float64(t.Auto)
	}
	k := float64(t.Wrong)
	return (k + 1.96*math.Sqrt(k+1) + 1.96) / float64(t.Auto)
}
