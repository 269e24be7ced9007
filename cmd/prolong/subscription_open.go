package main

import (
	"github.com/spf13/cobra"

	"prolong"
	"prolong/invoices"
)

// subscriptionOpenCommand opens a subscription. Without --yes it only says what that comes to.
func (c *cli) subscriptionOpenCommand() *cobra.Command {
	var from, anchor dateFlag
	var currency string
	var yes bool
	o := invoices.NewSubscription{}
	cmd := &cobra.Command{
		Use: "open EXTERNAL_ID PLAN", Short: c.tr.T("cli.subscription_open"), Args: cobra.ExactArgs(2),
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
			o.AccountID, o.PlanKey, o.From, o.Anchor = account.ID, args[1], from.Date, anchor.Date
			if o.Currency, err = a.currencyOf(cmd, args[1], currency); err != nil {
				return err
			}
			return a.openSubscription(cmd, o, yes)
		},
	}
	cmd.Flags().Var(&from, "from", c.tr.T("cli.flag_opening_from"))
	cmd.Flags().Var(&anchor, "anchor", c.tr.T("cli.flag_anchor"))
	cmd.Flags().StringVar(&currency, "currency", "", c.tr.T("cli.flag_currency"))
	cmd.Flags().IntVar(&o.Seats, "seats", 1, c.tr.T("cli.flag_seats"))
	cmd.Flags().StringToIntVar(&o.Addons, "addon", nil, c.tr.T("cli.flag_addon"))
	cmd.Flags().IntVar(&o.FirstPeriods, "first", 0, c.tr.T("cli.flag_first"))
	cmd.Flags().BoolVar(&o.NoTrial, "no-trial", false, c.tr.T("cli.flag_no_trial"))
	cmd.Flags().BoolVar(&o.NoFees, "no-fees", false, c.tr.T("cli.flag_no_fees"))
	cmd.Flags().BoolVar(&yes, "yes", false, c.tr.T("cli.flag_yes"))
	return cmd
}

// currencyOf reads the currency of a subscription: that of the plan's first price where none is
// asked for.
func (a *app) currencyOf(cmd *cobra.Command, plan, asked string) (prolong.Currency, error) {
	if asked != "" {
		return prolong.ParseCurrency(asked)
	}
	catalog, err := a.billing.Catalog(cmd.Context())
	if err != nil {
		return "", err
	}
	p, ok := catalog.PlanByKey(plan)
	if !ok {
		return "", prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": plan})
	}
	if prices := catalog.Prices[p.ID]; len(prices) > 0 {
		return prices[0].Amount.Currency(), nil
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": plan, "Currency": ""})
}

// openSubscription says what opening a subscription comes to, or opens it.
func (a *app) openSubscription(cmd *cobra.Command, o invoices.NewSubscription, yes bool) error {
	do := a.invoices.QuoteOpening
	if yes {
		do = a.invoices.Open
	}
	opened, err := do(cmd.Context(), prolong.System("cli"), o)
	if err != nil {
		return err
	}
	for _, l := range opened.Charge.Lines {
		a.print(cmd, "cli.opening.line", "Name", l.Name, "Quantity", l.Quantity, "Price", l.Price, "Amount", l.Amount)
	}
	a.printOpening(cmd, opened)
	if !yes {
		a.print(cmd, "cli.remedy.quoted")
		return nil
	}
	a.print(cmd, "cli.opening.done", "ID", int64(opened.Subscription.ID))
	return a.deliver(cmd)
}

func (a *app) printOpening(cmd *cobra.Command, opened invoices.Opened) {
	switch {
	case opened.Subscription.Metered:
		a.print(cmd, "cli.opening.rent", "Period", opened.Period, "Date", opened.IssueOn)
	case opened.Invoice == nil:
		a.print(cmd, "cli.opening.later", "Total", opened.Charge.Total, "Period", opened.Period, "Date", opened.IssueOn)
	default:
		a.print(cmd, "cli.opening.now", "Total", opened.Charge.Total, "Period", opened.Period, "Date", opened.Invoice.DueOn)
	}
}
