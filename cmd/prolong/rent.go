package main

import (
	"os"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/billing"
)

// meterYAML makes a plan bill by the hours of full availability, after the period.
type meterYAML struct {
	Hours string `yaml:"hours"` // hundredth, hour_down, hour_up
	Pay   string `yaml:"pay"`   // 10 days
}

func (y meterYAML) onto(spec *billing.PlanSpec) error {
	m := billing.Meter{Rounding: billing.HourRounding(y.Hours), PayDays: billing.DefaultPayDays}
	if m.Rounding == "" {
		m.Rounding = billing.RoundHundredth
	}
	if err := oneOf("meter.hours", m.Rounding, billing.RoundHundredth, billing.RoundHourDown, billing.RoundHourUp); err != nil {
		return err
	}
	if y.Pay != "" {
		term, err := prolong.ParseTerm(y.Pay)
		if err == nil && (term.Unit != prolong.Days || term.Count < 1) {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_days", prolong.Args{"Value": y.Pay})
		}
		if err != nil {
			return err
		}
		m.PayDays = term.Count
	}
	// The days that a payment carries the service follow the old end, whenever it comes: what was
	// not available costs nothing anyway.
	spec.Plan.Resume, spec.Meter = billing.ResumeExpiry, &m
	return nil
}

func (c *cli) rentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "rent", Short: c.tr.T("cli.rent")}
	var from dateFlag
	var key string
	open := &cobra.Command{
		Use: "open EXTERNAL_ID PLAN", Short: c.tr.T("cli.rent_open"), Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			account, err := a.billing.FindAccountByExternalID(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if from.IsZero() {
				catalog, err := a.billing.Catalog(cmd.Context())
				if err != nil {
					return err
				}
				from.Date = catalog.Sellers[account.SellerID].Today(a.clock.Now())
			}
			if key == "" {
				key = args[1] + "/" + from.String()
			}
			id, err := a.billing.OpenRent(cmd.Context(), prolong.System("cli"), account.ID, args[1], from.Date, key)
			if err != nil {
				return err
			}
			a.print(cmd, "cli.rent_opened", "ID", int64(id), "From", from.Date)
			return nil
		},
	}
	open.Flags().Var(&from, "from", c.tr.T("cli.flag_rent_from"))
	open.Flags().StringVar(&key, "key", "", c.tr.T("cli.flag_rent_key"))
	bill := &cobra.Command{
		Use: "bill", Short: c.tr.T("cli.rent_bill"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			done, err := a.invoices.BillHours(cmd.Context(), prolong.System("metered_rent"), prolong.Date{})
			if err != nil {
				return err
			}
			a.print(cmd, "cli.issued", "Invoices", done.Invoices, "Settled", done.Settled, "Unpriced", done.Unpriced)
			return a.deliver(cmd)
		},
	}
	cmd.AddCommand(open, bill)
	return cmd
}

func (c *cli) importAvailabilityCommand() *cobra.Command {
	return &cobra.Command{
		Use: "availability FILE.csv", Short: c.tr.T("cli.import_availability"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			f, err := os.Open(args[0])
			if err != nil {
				return prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": args[0], "Detail": err.Error()})
			}
			defer func() { _ = f.Close() }() // only read
			added, bad, err := a.billing.ImportAvailability(cmd.Context(), prolong.System("import"), f)
			if err != nil {
				return err
			}
			for _, row := range bad {
				a.printRowError(args[0], row)
			}
			if len(bad) > 0 {
				return errReported
			}
			a.print(cmd, "cli.availability_imported", "Added", added)
			return nil
		},
	}
}
