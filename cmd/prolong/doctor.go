package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/notify"
	"prolong/telephony"
	"prolong/tickets"
)

func (c *cli) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: c.tr.T("cli.doctor"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.doctor(cmd)
		},
	}
}

// doctor says of configuration, connections and invariants whether they are well, and fails
// if one is not.
func (a *app) doctor(cmd *cobra.Command) error {
	ctx := cmd.Context()
	well := true
	say := func(ok bool, key string, args ...any) {
		mark := "ok   "
		if !ok {
			mark, well = "FAIL ", false
		}
		_, _ = cmd.OutOrStdout().Write([]byte(mark + a.tr.T(key, args...) + "\n")) // a closed pipe is the reader's wish
	}
	var version string
	if err := a.db.Pool.QueryRow(ctx, "SHOW server_version").Scan(&version); err != nil {
		return err
	}
	say(true, "doctor.database", "Version", version)
	catalog, err := a.billing.Catalog(ctx)
	if err != nil {
		return err
	}
	say(len(catalog.Sellers) > 0 && len(catalog.BankAccounts) > 0, "doctor.sellers", "Sellers", len(catalog.Sellers), "BankAccounts", len(catalog.BankAccounts), "Plans", len(catalog.Plans))
	if years := unknownYears(catalog, prolong.DateOf(a.db.Now(), time.UTC)); len(years) > 0 {
		say(true, "doctor.calendars_unknown", "Years", strings.Join(years, ", "))
	} else {
		say(true, "doctor.calendars")
	}
	if err := a.doctorMail(ctx, say); err != nil {
		return err
	}
	if err := a.doctorPulls(ctx, say); err != nil {
		return err
	}
	if err := a.doctorSupport(ctx, say); err != nil {
		return err
	}
	broken, err := a.brokenInvariants(ctx)
	if err != nil {
		return err
	}
	byKey := map[string][]string{}
	for _, f := range broken {
		byKey[f.Key] = f.Details
	}
	for _, inv := range invariants() {
		details, bad := byKey[inv.Key]
		say(!bad, inv.Key)
		for _, d := range details {
			_, _ = cmd.OutOrStdout().Write([]byte("       " + d + "\n")) // as above
		}
	}
	if !well {
		return errReported
	}
	return nil
}

func (a *app) doctorMail(ctx context.Context, say func(bool, string, ...any)) error {
	stats, err := a.notify.Stats(ctx)
	if err != nil {
		return err
	}
	if a.cfg.SMTP.Host == "" {
		n, err := a.cfg.spooled()
		if err != nil {
			return err
		}
		say(true, "doctor.mail_folder", "Folder", a.cfg.mailFolder(), "Count", n)
	} else {
		say(true, "doctor.mail_smtp")
	}
	say(stats.Failed == 0, "doctor.mail_queue", "Waiting", stats.Waiting, "Failed", stats.Failed)
	return nil
}

func (a *app) doctorPulls(ctx context.Context, say func(bool, string, ...any)) error {
	pulls, err := a.banksync.LastPulls(ctx)
	if err != nil {
		return err
	}
	for _, p := range pulls {
		say(p.Failure == "", "doctor.pull", "Account", p.Number, "At", p.At, "Failure", p.Failure)
	}
	return a.doctorBanks(ctx, say)
}

// bankLag is how old the picture of an account may be: two pulls, and the time that they take.
const bankLag = 35 * time.Minute

// doctorBanks says how the interfaces of banks do. A bank that was never asked is no fault
// before the server runs.
func (a *app) doctorBanks(ctx context.Context, say func(bool, string, ...any)) error {
	sources, err := a.banksync.Sources(ctx)
	if err != nil {
		return err
	}
	for _, s := range sources {
		lag, pulled := s.Lag(a.clock.Now())
		switch {
		case s.Missed > 0:
			say(false, "doctor.bank_missed", "Bank", s.Bank, "Account", s.Number, "Count", s.Missed, "Failure", s.Failure)
		case !pulled:
			say(true, "doctor.bank_new", "Bank", s.Bank, "Account", s.Number)
		default:
			say(lag <= bankLag, "doctor.bank_pulled", "Bank", s.Bank, "Account", s.Number, "Minutes", int(lag/time.Minute), "Through", s.GoodThrough)
		}
	}
	return nil
}

// invariants are the rules of all rooms.
func invariants() []postgres.Invariant {
	return slices.Concat(billing.Invariants(), invoices.Invariants(), banksync.Invariants(), notify.Invariants(), identity.Invariants(), tickets.Invariants(), telephony.Invariants())
}

func (a *app) brokenInvariants(ctx context.Context) ([]postgres.Finding, error) {
	return postgres.Verify(ctx, a.db, invariants())
}
