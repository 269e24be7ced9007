package backoffice

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

const (
	statusPaymentsMax = 20
	statusRunsMax     = 12
	// statusRunsLooked is how far back each schedule's runs are read for those that did something.
	statusRunsLooked = 60
	// bankLagMax is how old the last pull of a bank account may be: two periods of the schedule
	// and some patience.
	bankLagMax = 45 * time.Minute
	// reviewAgeMax and letterAgeMax are how long something may wait before the page says so.
	reviewAgeDaysMax = 2
	letterAgeMax     = 15 * time.Minute

	day  = 24 * time.Hour
	week = 7 * day
)

// StatusPage is the data of office/status.
type StatusPage struct {
	web.Base
	Verdict  web.Badge // everything works, or not
	Tiles    []web.Tile
	Jobs     []StatusJob // in the order of the day
	Pulls    []StatusPull
	Payments []StatusPayment // the latest first
	Runs     []StatusRun     // the latest first, those that did something
	Operator bool            // the reader looks after the jobs
	Broken   bool            // a job is late or has failed: everybody sees them
}

// StatusJob is a schedule with its last run.
type StatusJob struct {
	Name, Kind      string
	Href            string        // to its runs; empty for who may not see them
	Started         time.Time     // zero: never
	Took            time.Duration // zero: still under way
	Outcome         web.Badge
	Counts, Problem string
	NextDue         time.Time
	LateBy          time.Duration // zero: in time
}

// StatusPull is how the statements of a bank account come in.
type StatusPull struct {
	Bank, Number string
	At           time.Time
	Lag          time.Duration // since the last pull; 0 while it is in time
	Counts       string
	Problem      string
	Outcome      web.Badge
}

// StatusPayment is a received payment as a list shows it.
type StatusPayment struct {
	Href                          string // of the payment; empty for who may not see it
	Date                          prolong.Date
	Payer, TaxID, Purpose         string
	Amount                        prolong.Money
	State                         web.Badge
	Account, AccountHref, Invoice string // may be empty
	Rule                          string // why it went there; may be empty
}

// StatusRun is a run in the journal.
type StatusRun struct {
	Name    string
	Started time.Time
	Took    time.Duration
	Outcome web.Badge
	Counts  string
}

func (r *Room) showStatus(c *gin.Context) error {
	base, err := r.base(c, "status.title")
	if err != nil {
		return err
	}
	facts, err := r.statusFacts(c.Request.Context(), base.Now, today(base))
	if err != nil {
		return err
	}
	if r.tickets != nil {
		facts.waiting = &supportWaiting{tickets: waitingIn(base, ticketsPath), callbacks: waitingIn(base, callsPath)}
	}
	r.site.Show(c, http.StatusOK, "office/status", "live", statusPage(base, facts))
	return nil
}

// statusFacts is what the status page is made of.
type statusFacts struct {
	access   billing.AccessCounts
	open     []invoices.OpenTotal
	lastDay  []banksync.ReceivedTotal
	lastWeek []banksync.ReceivedTotal
	review   []banksync.ReasonCount
	letters  notify.Stats
	jobs     []jobs.Status
	runs     []jobs.Run
	pulls    []banksync.LastPull
	payments []banksync.Received
	waiting  *supportWaiting // nil without tickets
}

// supportWaiting is how many people wait for the support.
type supportWaiting struct{ tickets, callbacks int }

func (r *Room) statusFacts(ctx context.Context, now time.Time, today prolong.Date) (f statusFacts, err error) {
	for _, read := range []func() error{
		func() error { f.access, err = r.billing.CountAccess(ctx); return err },
		func() error { f.open, err = r.invoices.CountOpen(ctx, today); return err },
		func() error { f.lastDay, err = r.banksync.CountReceived(ctx, now.Add(-day)); return err },
		func() error { f.lastWeek, err = r.banksync.CountReceived(ctx, now.Add(-week)); return err },
		func() error { f.review, err = r.banksync.ReviewReasons(ctx); return err },
		func() error { f.letters, err = r.notify.Stats(ctx); return err },
		func() error { f.jobs, err = r.schedules.LatestRuns(ctx); return err },
		func() error { f.runs, err = r.latestRuns(ctx, f.jobs); return err },
		func() error { f.pulls, err = r.banksync.LastPulls(ctx); return err },
		func() error {
			f.payments, err = r.banksync.FindReceived(ctx, banksync.ReviewFilter{Limit: statusPaymentsMax})
			return err
		},
	} {
		if err := read(); err != nil {
			return f, err
		}
	}
	return f, nil
}

// latestRuns returns the latest runs of all schedules that did something: a sweep each minute
// that found nothing would hide the others.
func (r *Room) latestRuns(ctx context.Context, schedules []jobs.Status) ([]jobs.Run, error) {
	var all []jobs.Run
	for _, s := range schedules {
		runs, err := r.schedules.Runs(ctx, s.Name, statusRunsLooked)
		if err != nil {
			return nil, err
		}
		for _, run := range runs {
			if run.Outcome != jobs.OutcomeDone || did(run.Counts) {
				all = append(all, run)
			}
		}
	}
	slices.SortFunc(all, func(a, b jobs.Run) int { return b.StartedAt.Compare(a.StartedAt) })
	return all[:min(len(all), statusRunsMax)], nil
}

func did(counts jobs.Counts) bool {
	for _, n := range counts {
		if n != 0 {
			return true
		}
	}
	return false
}

func statusPage(b web.Base, f statusFacts) StatusPage {
	t := b.Translator
	page := StatusPage{Base: b, Tiles: statusTiles(b, f), Operator: leadsTo(b, jobsPath), Broken: len(f.jobs) == 0}
	for _, j := range f.jobs {
		page.Jobs = append(page.Jobs, statusJob(b, j))
		page.Broken = page.Broken || j.Late || page.Jobs[len(page.Jobs)-1].Outcome.Tone == web.ToneBad
	}
	for _, run := range f.runs {
		page.Runs = append(page.Runs, StatusRun{Name: jobName(t, run.Name), Started: run.StartedAt, Took: run.Duration(), Outcome: outcomeBadge(t, run), Counts: countWords(t, run.Counts)})
	}
	for _, p := range f.pulls {
		page.Pulls = append(page.Pulls, statusPull(b, p))
	}
	for _, p := range f.payments {
		row := statusPayment(t, p)
		if leadsTo(b, paymentsPath) {
			row.Href = paymentHref(p.ID)
		}
		if leadsTo(b, clientsPath) && p.AccountID != 0 {
			row.AccountHref = clientHref(p.AccountID)
		}
		page.Payments = append(page.Payments, row)
	}
	page.Verdict = statusVerdict(b, page, f)
	return page
}

// statusVerdict says in one word whether somebody has to do something: red if the product does
// not work, yellow if people are waited for, else green.
func statusVerdict(b web.Base, page StatusPage, f statusFacts) web.Badge {
	bad := page.Broken
	for _, p := range page.Pulls {
		bad = bad || p.Outcome.Tone == web.ToneBad
	}
	if bad || !f.letters.OldestWaiting.IsZero() && b.Now.Sub(f.letters.OldestWaiting) > letterAgeMax {
		return web.Badge{Tone: web.ToneBad, Text: b.T("status.verdict_bad")}
	}
	for _, tile := range page.Tiles {
		if tile.Tone == web.ToneWarn || tile.Tone == web.ToneBad {
			return web.Badge{Tone: web.ToneWarn, Text: b.T("office.verdict_wait")}
		}
	}
	return web.Badge{Tone: web.ToneGood, Text: b.T("status.verdict_good")}
}

func statusTiles(b web.Base, f statusFacts) []web.Tile {
	t := b.Translator
	clients := web.Tile{Label: t.T("office.tile.clients"), Value: t.Number(f.access.Total()),
		Hint: t.T("office.tile.clients_hint", "Active", t.Number(f.access.Active), "Grace", t.Number(f.access.Grace), "Suspended", t.Number(f.access.Suspended))}
	linked := func(tile web.Tile, path string) web.Tile {
		if leadsTo(b, path) {
			tile.Href = path
		}
		return tile
	}
	tiles := []web.Tile{
		linked(clients, clientsPath), linked(openTile(t, f.open), invoicesPath),
		receivedTile(t, "office.tile.received_day", f.lastDay), receivedTile(t, "office.tile.received_week", f.lastWeek),
		linked(automaticTile(t, f.lastWeek), dashboardPath), linked(reviewTile(b, f.review), paymentsPath), linked(letterTile(b, f.letters), lettersPath),
	}
	if w := f.waiting; w != nil {
		tile := web.Tile{Label: t.T("office.tile.tickets"), Value: t.Number(w.tickets), Hint: t.N("office.tile.callbacks", w.callbacks)}
		tiles = append(tiles, linked(tile, ticketsPath))
	}
	return tiles
}

func openTile(t i18n.Translator, open []invoices.OpenTotal) web.Tile {
	var count, overdue int
	var amounts []prolong.Money
	for _, o := range open {
		count, overdue, amounts = count+o.Count, overdue+o.Overdue, append(amounts, o.Amount)
	}
	tile := web.Tile{Label: t.T("office.tile.open"), Value: t.Number(count)}
	if count > 0 {
		tile.Hint = sums(t, amounts)
	}
	if overdue > 0 {
		tile.Hint += ", " + t.N("office.tile.overdue", overdue)
	}
	return tile
}

func receivedTile(t i18n.Translator, label string, received []banksync.ReceivedTotal) web.Tile {
	var count int
	var amounts []prolong.Money
	for _, r := range received {
		count, amounts = count+r.Count, append(amounts, r.Amount)
	}
	return web.Tile{Label: t.T(label), Value: sums(t, amounts), Hint: t.N("office.tile.payments", count)}
}

func automaticTile(t i18n.Translator, received []banksync.ReceivedTotal) web.Tile {
	var all banksync.ReceivedTotal
	for _, r := range received {
		all.Count, all.Automatic = all.Count+r.Count, all.Automatic+r.Automatic
	}
	tile := web.Tile{Label: t.T("office.tile.automatic"), Value: "—", Hint: t.T("office.tile.automatic_hint")}
	if bp, ok := all.AutomaticShare(); ok {
		tile.Value = share(t, bp)
		tile.Hint = t.T("office.tile.automatic_of", "Automatic", t.Number(all.Automatic), "Count", t.Number(all.Count))
	}
	return tile
}

func reviewTile(b web.Base, review []banksync.ReasonCount) web.Tile {
	t := b.Translator
	tile := web.Tile{Label: t.T("office.tile.review"), Value: t.Number(0), Hint: t.T("office.tile.review_none")}
	count := 0
	oldest := prolong.Date{}
	byCurrency := map[prolong.Currency]int64{}
	var order []prolong.Currency
	for _, g := range review {
		count += g.Count
		if _, seen := byCurrency[g.Currency]; !seen {
			order = append(order, g.Currency)
		}
		byCurrency[g.Currency] += g.Amount.Minor()
		if oldest.IsZero() || g.Oldest.Before(oldest) {
			oldest = g.Oldest
		}
	}
	if count == 0 {
		return tile
	}
	amounts := make([]prolong.Money, len(order))
	for i, cur := range order {
		amounts[i] = prolong.NewMoney(byCurrency[cur], cur)
	}
	tile.Value = t.Number(count)
	tile.Hint = t.T("office.tile.review_hint", "Sum", sums(t, amounts), "Oldest", t.Date(oldest))
	tile.Tone = web.ToneInfo
	if prolong.DateOf(b.Now, b.Zone).DaysSince(oldest) > reviewAgeDaysMax {
		tile.Tone = web.ToneWarn
	}
	return tile
}

func letterTile(b web.Base, s notify.Stats) web.Tile {
	t := b.Translator
	tile := web.Tile{Label: t.T("office.tile.letters"), Value: t.Number(s.Waiting), Hint: t.T("office.tile.letters_fine")}
	if s.Waiting > 0 {
		tile.Hint = t.T("office.tile.letters_oldest", "Ago", t.Ago(s.OldestWaiting, b.Now))
	}
	if s.Failed > 0 {
		tile.Hint, tile.Tone = t.N("office.tile.letters_failed", s.Failed), web.ToneWarn
	}
	return tile
}

func statusJob(b web.Base, s jobs.Status) StatusJob {
	t := b.Translator
	j := StatusJob{Name: jobName(t, s.Name), Kind: s.Name, NextDue: s.NextDue}
	if leadsTo(b, jobsPath) {
		j.Href = jobsPath + "/" + s.Name
	}
	if s.Last != nil {
		j.Started, j.Took, j.Outcome, j.Counts = s.Last.StartedAt, s.Last.Duration(), outcomeBadge(t, *s.Last), countWords(t, s.Last.Counts)
		j.Problem = s.Last.Error
	}
	if s.Late {
		// Late is measured from the last success; where there is none, nothing was ever in time.
		since := s.LastDoneAt
		if since.IsZero() && s.Last != nil {
			since = s.Last.DueAt
		}
		if !since.IsZero() {
			j.LateBy = max(b.Now.Sub(since)-s.Period, time.Minute).Truncate(time.Minute)
		}
	}
	return j
}

func statusPull(b web.Base, p banksync.LastPull) StatusPull {
	t := b.Translator
	pull := StatusPull{Bank: p.Bank, Number: p.Number, At: p.At, Problem: p.Failure, Outcome: web.Badge{Tone: web.ToneGood, Text: t.T("status.outcome_ok")}}
	if p.Lines > 0 {
		pull.Counts = t.N("office.count.lines", p.Lines)
	}
	if lag := b.Now.Sub(p.At); lag > bankLagMax {
		pull.Lag, pull.Outcome = lag, web.Badge{Tone: web.ToneBad, Text: t.T("office.pull.stopped")}
	}
	if p.Failure != "" {
		pull.Outcome = web.Badge{Tone: web.ToneBad, Text: t.T("status.outcome_failed")}
	}
	return pull
}

func statusPayment(t i18n.Translator, p banksync.Received) StatusPayment {
	row := StatusPayment{Date: p.ValueOn, Payer: shortPayer(p.Payer.Name), TaxID: p.Payer.TaxID, Purpose: p.Purpose, Amount: p.Amount, State: paymentBadge(t, p.State), Account: p.Account}
	for _, a := range p.Decision.Allocations {
		if a.Number != "" {
			if row.Invoice != "" {
				row.Invoice += ", "
			}
			row.Invoice += a.Number
		}
	}
	switch {
	case p.State == billing.PaymentReview:
		row.Rule, row.Invoice = reasonName(t, p.Decision.Reason), ""
	case p.Manual():
		row.Rule = t.T("office.rule.manual")
	default:
		row.Rule = ruleName(t, p.Decision.Rule)
	}
	return row
}
