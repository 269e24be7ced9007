package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/backoffice"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/notify"
	"prolong/simulation"
	"prolong/tickets"
)

func (c *cli) simulateCommand() *cobra.Command {
	var config simulation.Config
	cmd := &cobra.Command{
		Use: "simulate", Short: c.tr.T("cli.simulate"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			summary, err := c.simulate(cmd, config)
			if err != nil {
				return err
			}
			if err := printJSON(cmd, summary); err != nil {
				return err
			}
			if summary.Wrong > 0 {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&config.Accounts, "accounts", demoAccounts, c.tr.T("cli.flag_accounts"))
	cmd.Flags().IntVar(&config.Days, "days", demoDays, c.tr.T("cli.flag_days"))
	cmd.Flags().Uint64Var(&config.Seed, "seed", 1, c.tr.T("cli.flag_seed"))
	return cmd
}

// simulate lets a virtual company live in an empty database up to the clock's now.
func (c *cli) simulate(cmd *cobra.Command, config simulation.Config) (summary simulation.Summary, err error) {
	ctx := cmd.Context()
	clock, err := c.cfg.clock()
	if err != nil {
		return summary, err
	}
	virtual := prolong.NewManualClock(clock.Now())
	if err := os.MkdirAll(c.cfg.DataDir, 0o755); err != nil {
		return summary, err
	}
	// Letters to people who do not exist never reach a mail server.
	transport, err := notify.NewFolderTransport(c.cfg.mailFolder())
	if err != nil {
		return summary, err
	}
	mailbox := simulation.NewMailbox(transport)
	// A month in seconds keeps the machine busy: that a statement was slow says nothing here.
	quiet := *c
	quiet.log = newLogger(Config{LogFormat: c.cfg.LogFormat, LogLevel: "error"})
	exchange, err := newDemoExchange(ctx, virtual, config.Seed)
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, exchange.close()) }()
	support := exchange.options(tickets.Mailbox{Key: demoKey, Address: demoSupportAddress})
	a, err := quiet.open(ctx, appOptions{clock: virtual, workers: true, transport: mailbox, fetchEvery: simulationFetch, support: support})
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if err := a.jobs.Start(ctx); err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, stopped(ctx, a.jobs.Stop)) }()
	config.End, config.InboxDir = virtual.Now(), filepath.Join(c.cfg.DataDir, "inbox")
	product := simulation.Product{DB: a.db, Clock: virtual, Billing: a.billing, Invoices: a.invoices, Banksync: a.banksync, Mailbox: mailbox, Drain: a.jobs.Drain, Support: a.demoSupport(exchange)}
	return simulation.Run(ctx, product, config, func(p simulation.Progress) { c.progress(cmd, p) })
}

// simulationFetch is how often the queue is looked at while a month passes in seconds.
const simulationFetch = 5 * time.Millisecond

// The size of the demo company.
const (
	demoAccounts = 300
	demoDays     = 31
	demoBacklog  = 9
)

// loadDemo makes the demo company if the database is empty.
func (c *cli) loadDemo(cmd *cobra.Command) error {
	empty, err := c.isEmpty(cmd.Context())
	if err != nil || !empty {
		return err
	}
	c.print(cmd, "cli.demo_begins", "Accounts", demoAccounts, "Days", demoDays)
	summary, err := c.simulate(cmd, simulation.Config{Accounts: demoAccounts, Days: demoDays, Seed: 1, Backlog: demoBacklog})
	if err != nil {
		return err
	}
	if _, err := cmd.OutOrStdout().Write([]byte(summary.Text(c.tr.T) + "\n")); err != nil {
		return err
	}
	a, err := c.open(cmd.Context(), appOptions{})
	if err != nil {
		return err
	}
	defer a.closing()
	_, err = a.identity.ApplyStaff(cmd.Context(), prolong.System("demo"), demoStaff())
	return err
}

// demoPassword opens the demo company's back office. It is no secret: the demo is made only in
// an empty database, of companies that do not exist.
const demoPassword = "Prolong-demo-2026"

func demoStaff() []identity.StaffSpec {
	return []identity.StaffSpec{
		{Email: "admin@example.test", Name: "Администратор", Role: identity.RoleAdministrator, Password: demoPassword},
		{Email: "accountant@example.test", Name: "Бухгалтер", Role: identity.RoleAccountant, Password: demoPassword},
		{Email: "support@example.test", Name: "Поддержка", Role: identity.RoleSupport, Password: demoPassword},
	}
}

// printDemoLogins says where to look and as whom.
func (a *app) printDemoLogins(cmd *cobra.Command, exchange *demoExchange) error {
	a.print(cmd, "cli.demo_logins", "URL", a.cfg.BaseURL+backoffice.Prefix)
	for _, s := range demoStaff() {
		a.print(cmd, "cli.demo_login", "Role", s.Name, "Email", s.Email, "Password", s.Password)
	}
	people, err := a.billing.AccountEmails(cmd.Context(), nil)
	if err != nil || len(people) == 0 {
		return err
	}
	a.print(cmd, "cli.demo_client", "URL", a.cfg.BaseURL+cabinet.Prefix, "Email", people[0].Email, "Folder", a.cfg.mailFolder())
	if exchange != nil {
		a.print(cmd, "support.demo_call", "Command", exchange.example(people[0].Phone))
	}
	return nil
}

func (c *cli) isEmpty(ctx context.Context) (empty bool, err error) {
	a, err := c.open(ctx, appOptions{})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	return simulation.Empty(ctx, a.billing)
}

// progress shows on a terminal how far the virtual company is.
func (c *cli) progress(cmd *cobra.Command, p simulation.Progress) {
	if p.Day == p.Days || p.Day%7 == 0 {
		c.print(cmd, "cli.demo_progress", "Day", p.Day, "Days", p.Days, "Invoices", p.Summary.Invoices, "Payments", p.Summary.Payments, "Posted", p.Summary.Posted)
	}
}
