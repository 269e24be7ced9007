package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/invoices"
)

// remedyCommand cancels an invoice, draws it up again or credits it. Without --yes it only says
// what would change.
func (c *cli) remedyCommand(kind invoices.RemedyKind) *cobra.Command {
	var reason, amount string
	var yes bool
	use := string(kind) + " NUMBER --reason TEXT"
	if kind == invoices.RemedyCredit {
		use += " --amount SUM"
	}
	cmd := &cobra.Command{
		Use: use, Short: c.tr.T("cli.remedy.short." + string(kind)), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usageError{errors.New("--reason TEXT")}
			}
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			found, err := a.invoices.FindInvoices(cmd.Context(), invoices.Filter{Number: args[0], Limit: 1})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return prolong.NewError(prolong.CodeNotFound, "error.invoice_number_unknown", prolong.Args{"Number": args[0]})
			}
			r := invoices.Remedy{Kind: kind, Invoice: found[0].ID, Reason: reason}
			if kind == invoices.RemedyCredit {
				if r.Amount, err = prolong.ParseMoney(amount, found[0].Total.Currency()); err != nil {
					return err
				}
			}
			return a.remedy(cmd, r, yes)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", c.tr.T("cli.flag_reason"))
	cmd.Flags().BoolVar(&yes, "yes", false, c.tr.T("cli.flag_yes"))
	if kind == invoices.RemedyCredit {
		cmd.Flags().StringVar(&amount, "amount", "", c.tr.T("cli.flag_amount"))
	}
	return cmd
}

// remedy says what a remedy changes, or would change.
func (a *app) remedy(cmd *cobra.Command, r invoices.Remedy, yes bool) error {
	do := a.invoices.QuoteRemedy
	if yes {
		do = a.invoices.Remedy
	}
	done, err := do(cmd.Context(), prolong.System("cli"), r)
	if err != nil {
		return err
	}
	if done.Cash.Minor() > 0 {
		a.print(cmd, "cli.remedy.cash", "Amount", done.Cash)
	}
	if done.Before.ID != 0 {
		a.print(cmd, "cli.remedy.invoice", "Number", done.Before.Number, "Before", string(done.Before.Status), "After", string(done.After.Status))
	}
	if done.Before.ID != 0 && done.Before.Owed() != done.After.Owed() {
		a.print(cmd, "cli.remedy.owed", "Before", done.Before.Owed(), "After", done.After.Owed())
	}
	if done.BalanceBefore != done.BalanceAfter {
		a.print(cmd, "cli.remedy.balance", "Before", done.BalanceBefore, "After", done.BalanceAfter)
	}
	for _, s := range done.Shortened {
		a.print(cmd, "cli.remedy.through", "Plan", s.Plan, "Before", s.Before, "After", s.After)
	}
	if len(done.Cancelled) > 0 {
		a.print(cmd, "cli.remedy.cancelled", "Numbers", strings.Join(done.Cancelled, ", "))
	}
	if done.Note.Total.Minor() > 0 {
		a.print(cmd, "cli.remedy.note", "Amount", done.Note.Total, "Tax", done.Note.Tax)
	}
	if s := done.Successor; s != nil {
		a.print(cmd, "cli.remedy.successor", "Period", s.Period, "Total", s.Total, "Left", s.Residual())
	}
	if !yes {
		a.print(cmd, "cli.remedy.quoted")
		return nil
	}
	a.print(cmd, "cli.remedy.done")
	return a.deliver(cmd)
}
