package simulation

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"prolong"
	"prolong/billing"
)

// world is a virtual company at work.
type world struct {
	product Product
	cfg     Config
	loc     *time.Location
	start   prolong.Date
	last    prolong.Date

	bank    *bank
	desk    *desk // nil without a support line
	clients []*client
	byEmail map[string]*client
	names   *namer
	orders  []*order // planned
	serial  int      // counts the bank's own documents and the strangers

	ids    map[string]billing.AccountID // by external id
	byHand map[billing.PaymentID]bool   // decided by the virtual accountant

	files    int    // counts the bank's files
	lastFile []byte // to be dropped again by mistake
	summary  Summary
}

func newWorld(p Product, cfg Config) (*world, error) {
	if p.DB == nil || p.Clock == nil || p.Billing == nil || p.Invoices == nil || p.Banksync == nil || p.Mailbox == nil || p.Drain == nil {
		return nil, errors.New("simulation: the product is not wired completely")
	}
	if p.DB.Clock != prolong.Clock(p.Clock) {
		return nil, errors.New("simulation: the database does not go by the virtual clock")
	}
	sellers, _, err := Catalogue(cfg.InboxDir)
	if err != nil {
		return nil, err
	}
	loc := sellers[0].Seller.Location
	w := &world{product: p, cfg: cfg, loc: loc, bank: newBank(loc), byEmail: map[string]*client{}, ids: map[string]billing.AccountID{}, byHand: map[billing.PaymentID]bool{}, summary: Summary{Accounts: cfg.Accounts, Days: cfg.Days}}
	w.last = prolong.DateOf(cfg.End, loc)
	w.start = w.last.AddDays(-cfg.Days)
	w.clients = recruit(w.chance("roster"), cfg.Accounts, w.start, w.last)
	w.names = newNamer(w.chance("strangers"))
	for _, c := range w.clients {
		w.byEmail[c.email] = c
	}
	w.desk, err = newDesk(w, p.Support)
	return w, err
}

// chance returns the dice of one matter. Each matter has its own, so that what happens to one
// client never depends on the order in which others are looked at.
func (w *world) chance(matter ...string) *rand.Rand {
	h := fnv.New64a()
	for _, m := range matter {
		_, _ = h.Write([]byte(m + "\x00")) // a hash takes everything
	}
	return rand.New(rand.NewPCG(w.cfg.Seed, h.Sum64())) //nolint:gosec // repeatable on purpose
}

func (w *world) day(t time.Time) prolong.Date { return prolong.DateOf(t, w.loc) }

// hours are when the virtual day is looked at: the sweeps of the early morning, then the
// bank's statements of the late morning, the afternoon and the evening.
var hours = []time.Duration{7 * time.Hour, 11 * time.Hour, 15 * time.Hour, 19 * time.Hour}

// The rhythm of the vendor's own system.
const (
	rosterEveryDays = 7
	// dropAgainEveryFiles is how often somebody puts a statement into the inbox twice.
	dropAgainEveryFiles = 7
	// statementDays is how many banking days each statement covers: files overlap, and what
	// is executed after the evening's file is in the next day's.
	statementDays = 3
)

// live walks through the days.
func (w *world) live(ctx context.Context, progress func(Progress)) error {
	w.product.Clock.Set(w.start.Start(w.loc))
	sellers, plans, err := Catalogue(w.cfg.InboxDir)
	if err != nil {
		return err
	}
	if _, err := w.product.Billing.Apply(ctx, sellers, plans); err != nil {
		return err
	}
	if err := w.desk.open(ctx); err != nil {
		return err
	}
	for n, day := 0, w.start; !day.After(w.last); n, day = n+1, day.AddDays(1) {
		if bankingDay(day) {
			w.traffic(day)
		}
		for i, hour := range hours {
			now := day.Start(w.loc).Add(hour)
			if now.After(w.cfg.End) {
				break
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.desk.until(ctx, now); err != nil {
				return err
			}
			w.product.Clock.Set(now)
			if i == 0 {
				if err := w.importRoster(ctx, n, day); err != nil {
					return fmt.Errorf("accounts of %s: %w", day, err)
				}
			}
			if err := w.step(ctx, now, i > 0 && bankingDay(day)); err != nil {
				return fmt.Errorf("%s: %w", now.Format(time.RFC3339), err)
			}
		}
		if progress != nil {
			progress(Progress{Day: n, Days: w.cfg.Days, Now: w.product.Clock.Now(), Summary: w.summary})
		}
	}
	return w.end(ctx)
}

// end lets happen what is left of the last day.
func (w *world) end(ctx context.Context) error {
	if w.desk == nil {
		return nil
	}
	if err := w.desk.until(ctx, w.cfg.End); err != nil {
		return err
	}
	w.product.Clock.Set(w.cfg.End)
	if err := w.desk.sweep(ctx); err != nil {
		return err
	}
	return w.product.Drain(ctx)
}

// step runs what the product's schedules run at the hour, with the bank's file if there is
// one, and lets the clients read their letters.
func (w *world) step(ctx context.Context, now time.Time, banking bool) error {
	p, s := &w.product, &w.summary
	issued, err := p.Invoices.IssueDue(ctx, prolong.System("renewals"), prolong.Date{})
	if err != nil {
		return err
	}
	reminded, err := p.Invoices.DunDue(ctx, prolong.System("dunning"), prolong.Date{})
	if err != nil {
		return err
	}
	closed, err := p.Invoices.CloseDue(ctx, prolong.System("closing"), prolong.Date{})
	if err != nil {
		return err
	}
	s.Invoices, s.Reminders, s.Documents = s.Invoices+issued.Invoices, s.Reminders+reminded.Reminders, s.Documents+closed.Documents
	if issued.Unpriced > 0 {
		return fmt.Errorf("%d subscriptions have no price", issued.Unpriced)
	}
	w.execute(now)
	if banking {
		if err := w.sendStatement(ctx, now); err != nil {
			return err
		}
	}
	if banking && now.In(w.loc).Hour() == accountantHour && !w.day(now).After(w.day(w.cfg.End).AddDays(-w.cfg.Backlog)) {
		if err := w.clearReview(ctx, w.day(now)); err != nil {
			return err
		}
	}
	if err := w.desk.sweep(ctx); err != nil {
		return err
	}
	if err := p.Drain(ctx); err != nil {
		return err
	}
	return w.readLetters(now)
}

// importRoster takes over the accounts as the vendor's system exports them: the first time,
// when somebody joins, and every week again, with what has changed.
func (w *world) importRoster(ctx context.Context, n int, day prolong.Date) error {
	joins := slices.ContainsFunc(w.clients, func(c *client) bool { return c.joinsOn == day })
	if n%rosterEveryDays != 0 && !joins {
		return nil
	}
	if n > 0 && n%rosterEveryDays == 0 {
		w.clients[n%len(w.clients)].phone = phoneOf(len(w.clients) + n)
	}
	file, err := exportRoster(w.clients, day)
	if err != nil {
		return err
	}
	rows, bad, err := billing.ReadAccountCSV(bytes.NewReader(file))
	if err != nil {
		return err
	}
	done, err := w.product.Billing.ImportAccounts(ctx, prolong.System("import"), rows, bad, sellerKey, false)
	if err != nil {
		return err
	}
	if len(done.Bad) > 0 {
		return done.Bad[0]
	}
	for i, row := range rows {
		w.ids[row.Account.ExternalID] = done.Accounts[i]
	}
	return w.desk.joined(ctx, done.Accounts)
}

// sendStatement drops the bank's file into the inbox, now and then twice, and has it pulled.
func (w *world) sendStatement(ctx context.Context, now time.Time) error {
	today := w.day(now)
	file, err := w.bank.exchangeFile(bankingDaysBack(today, statementDays), today, now)
	if err != nil {
		return err
	}
	w.files++
	name := "kl_to_1c_" + now.In(w.loc).Format("2006-01-02_1504")
	if w.files%dropAgainEveryFiles == 0 && w.lastFile != nil {
		if err := drop(w.cfg.InboxDir, name+"_again.txt", w.lastFile, now); err != nil {
			return err
		}
	}
	if err := drop(w.cfg.InboxDir, name+".txt", file, now); err != nil {
		return err
	}
	w.lastFile = file
	reports, err := w.product.Banksync.Pull(ctx, prolong.System("bank pull"))
	if err != nil {
		return err
	}
	for _, r := range reports {
		if len(r.UnknownAccounts) > 0 {
			return fmt.Errorf("%s: accounts %v are unknown", r.Name, r.UnknownAccounts)
		}
		s := &w.summary
		s.Files, s.Lines, s.NewLines, s.Warnings = s.Files+1, s.Lines+r.Lines, s.NewLines+r.New, s.Warnings+len(r.Warnings)
		s.Posted += r.Matched
	}
	return nil
}

// readLetters hands every letter to the client it is for.
func (w *world) readLetters(now time.Time) error {
	letters, received, err := w.product.Mailbox.collect()
	if err != nil {
		return err
	}
	w.summary.Letters = received
	// In a fixed order: the workers that send letters have none.
	slices.SortFunc(letters, func(a, b letter) int { return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.subject, b.subject)) })
	for _, l := range letters {
		if w.desk.takes(l, now) {
			continue
		}
		if w.byEmail[l.to] == nil {
			return fmt.Errorf("a letter to %s, who is no client", l.to)
		}
		if err := w.read(l, now); err != nil {
			return err
		}
	}
	return nil
}
