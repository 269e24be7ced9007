// Package simulation is a virtual company on a virtual clock: clients, their bank and their
// mailboxes drive the product through its real entrances. It makes the demo's history,
// rehearses a month in seconds and knows for every payment what its payer meant, so that a
// wrong posting cannot hide. See README.md.
package simulation

import (
	"context"
	"fmt"
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// Product is the wired product that the virtual company uses. All fields but Support must be set.
type Product struct {
	// DB is where the services live. Everything is done and seen through their use cases; only
	// the virtual accountant takes his locks in it.
	DB *postgres.DB
	// Clock must be the clock of DB. Run sets it, last of all to Config.End.
	Clock    *prolong.ManualClock
	Billing  *billing.Service
	Invoices *invoices.Service
	Banksync *banksync.Service
	// Mailbox must be the transport of the outbox: from its letters the clients learn what to
	// pay.
	Mailbox *Mailbox
	// Drain works the queued jobs until none is left.
	Drain func(ctx context.Context) error
	// Support is the support line; nil for a company whose clients neither write nor call.
	Support *Support
}

// Config says which history to make.
type Config struct {
	// Accounts is the number of clients at the end of the history, some of which join on the way.
	Accounts int
	// Days is the length of the history; it begins at the start of the day so many before End.
	Days int
	// Seed decides everything that chance would. The same seed, Accounts, Days and day of End
	// give the same history but for the payment codes, which the product draws itself.
	Seed uint64
	// End is the instant at which the history ends.
	End time.Time
	// Backlog is for how many days before the end nobody has looked at the review queue, so that
	// whoever opens the product finds work in it.
	Backlog int
	// InboxDir is the folder into which the bank's statements are dropped, and which the
	// seller's bank accounts name as their source.
	InboxDir string
}

// The limits of a Config.
const (
	accountsMax = 100_000
	daysMax     = 366
)

func (c Config) check() error {
	wrong := func(field string, value any, allowed string) error {
		return prolong.NewError(prolong.CodeInvalid, "error.simulation_setting", prolong.Args{"Field": field, "Value": value, "Allowed": allowed})
	}
	switch {
	case c.Accounts < 1 || c.Accounts > accountsMax:
		return wrong("accounts", c.Accounts, fmt.Sprintf("1–%d", accountsMax))
	case c.Days < 1 || c.Days > daysMax:
		return wrong("days", c.Days, fmt.Sprintf("1–%d", daysMax))
	case c.Backlog < 0 || c.Backlog > c.Days:
		return wrong("backlog", c.Backlog, fmt.Sprintf("0–%d", c.Days))
	case c.End.IsZero():
		return wrong("end", c.End, "RFC 3339")
	case c.InboxDir == "":
		return wrong("inbox", c.InboxDir, "./inbox")
	}
	return nil
}

// Progress tells how far a run is, after each of its days. Day runs from 0 to Days: the last
// one ends with the history, not with the day.
type Progress struct {
	Day, Days int
	// Now is the virtual time.
	Now time.Time
	// Summary has the counts so far; what only the audit can tell comes at the end.
	Summary Summary
}

// Empty says whether the database has no seller yet, which is what Run asks for: a virtual
// company never mixes with real money.
func Empty(ctx context.Context, billing *billing.Service) (bool, error) {
	c, err := billing.Catalog(ctx)
	return len(c.Sellers) == 0, prolong.Wrap("simulation.Empty", err)
}

// Run lets the virtual company live for cfg.Days and audits what the product made of it.
// progress, if not nil, is called after each day. Returns CodeInvalid for a wrong setting,
// CodeConflict on a database that is not empty, and otherwise the first error of the product:
// nothing in this company's life is beyond what the product must take.
//
// A run that was interrupted leaves a shorter history; it cannot be continued.
func Run(ctx context.Context, p Product, cfg Config, progress func(Progress)) (Summary, error) {
	if err := cfg.check(); err != nil {
		return Summary{}, prolong.Wrap("simulation.Run", err)
	}
	if empty, err := Empty(ctx, p.Billing); err != nil {
		return Summary{}, err
	} else if !empty {
		return Summary{}, prolong.Wrap("simulation.Run", prolong.NewError(prolong.CodeConflict, "error.simulation_not_empty", nil))
	}
	w, err := newWorld(p, cfg)
	if err != nil {
		return Summary{}, prolong.Wrap("simulation.Run", err)
	}
	err = w.live(ctx, progress)
	p.Clock.Set(cfg.End)
	if err == nil {
		err = w.audit(ctx)
	}
	return w.summary, prolong.Wrap("simulation.Run", err)
}
