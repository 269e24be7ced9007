package main

import (
	"crypto/rand"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/invoices"
)

func (c *cli) invoicesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "invoices", Short: c.tr.T("cli.invoices")}
	var on dateFlag
	issue := &cobra.Command{
		Use: "issue", Short: c.tr.T("cli.invoices_issue"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			done, err := a.invoices.IssueDue(cmd.Context(), prolong.System("renewals"), on.Date)
			if err != nil {
				return err
			}
			a.print(cmd, "cli.issued", "Invoices", done.Invoices, "Settled", done.Settled, "Unpriced", done.Unpriced)
			return a.deliver(cmd)
		},
	}
	issue.Flags().Var(&on, "on", c.tr.T("cli.flag_on"))
	cmd.AddCommand(issue, c.orderCommand(), c.remedyCommand(invoices.RemedyVoid), c.remedyCommand(invoices.RemedyReissue), c.remedyCommand(invoices.RemedyCredit), c.refundCommand())
	return cmd
}

// orderCommand draws up the invoice of prepaid hours.
func (c *cli) orderCommand() *cobra.Command {
	var packs int
	var key string
	cmd := &cobra.Command{
		Use: "order EXTERNAL_ID PACK", Short: c.tr.T("cli.invoices_order"), Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			account, err := a.billing.FindAccountByExternalID(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if key == "" {
				key = "cli:" + rand.Text()
			}
			inv, err := a.invoices.OrderPacks(cmd.Context(), prolong.System("cli"), account.ID, args[1], packs, key)
			if err != nil {
				return err
			}
			a.print(cmd, "cli.ordered", "Number", inv.Number, "Total", inv.Total, "Status", string(inv.Status))
			return a.deliver(cmd)
		},
	}
	cmd.Flags().IntVar(&packs, "count", 1, c.tr.T("cli.flag_packs"))
	cmd.Flags().StringVar(&key, "key", "", c.tr.T("cli.flag_key"))
	return cmd
}

func (c *cli) documentsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "documents", Short: c.tr.T("cli.documents")}
	var on dateFlag
	closing := &cobra.Command{
		Use: "close", Short: c.tr.T("cli.documents_close"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			done, err := a.invoices.CloseDue(cmd.Context(), prolong.System("closing"), on.Date)
			if err != nil {
				return err
			}
			a.print(cmd, "cli.closed", "Documents", done.Documents)
			return a.deliver(cmd)
		},
	}
	closing.Flags().Var(&on, "on", c.tr.T("cli.flag_on"))
	cmd.AddCommand(closing)
	return cmd
}

// deliver works the jobs that the command has queued, so that its letters have left, or lie
// in the spool, when it ends. A server running beside takes its share of them.
func (a *app) deliver(cmd *cobra.Command) error {
	before, err := a.notify.Stats(cmd.Context())
	if err != nil || before.Waiting == 0 {
		return err
	}
	if err := a.jobs.Drain(cmd.Context()); err != nil {
		return err
	}
	after, err := a.notify.Stats(cmd.Context())
	if err != nil {
		return err
	}
	a.print(cmd, "cli.delivered", "Sent", before.Waiting-after.Waiting, "Waiting", after.Waiting)
	return nil
}

// dateFlag is a flag of an ISO date.
type dateFlag struct{ prolong.Date }

// Set reads the flag.
func (d *dateFlag) Set(s string) (err error) {
	d.Date, err = prolong.ParseDate(s)
	return err
}

// Type names the flag's value in the help.
func (d *dateFlag) Type() string { return "DATE" }
