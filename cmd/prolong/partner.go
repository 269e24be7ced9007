package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/invoices"
)

// partnerYAML is a partner under "partners"; a representative stands before his agents.
type partnerYAML struct {
	Key        string          `yaml:"key"`
	Name       string          `yaml:"name"`
	TaxID      string          `yaml:"tax_id"`
	Email      string          `yaml:"email"`
	Of         string          `yaml:"of"`
	Agreements []agreementYAML `yaml:"agreements"`
}

type agreementYAML struct {
	From    string            `yaml:"from"`
	To      string            `yaml:"to"`
	Percent string            `yaml:"percent"`
	Cap     map[string]string `yaml:"cap"`
	Months  int               `yaml:"months"`
	Hold    string            `yaml:"hold"`
	OneOff  bool              `yaml:"one_off"`
}

func (y partnerYAML) spec() (invoices.PartnerSpec, error) {
	spec := invoices.PartnerSpec{Partner: invoices.Partner{Key: y.Key, Name: y.Name, TaxID: prolong.TaxID(y.TaxID), Email: y.Email, Of: y.Of}}
	for _, err := range []error{required("key", y.Key), required("name", y.Name)} {
		if err != nil {
			return spec, err
		}
	}
	for _, a := range y.Agreements {
		agreement, err := a.spec()
		if err != nil {
			return spec, err
		}
		spec.Agreements = append(spec.Agreements, agreement)
	}
	return spec, nil
}

func (y agreementYAML) spec() (a invoices.Agreement, err error) {
	a.OneOff, a.Months = y.OneOff, y.Months
	if err := required("from", y.From); err != nil {
		return a, err
	}
	if a.From, err = prolong.ParseDate(y.From); err != nil {
		return a, err
	}
	if y.To != "" {
		if a.To, err = prolong.ParseDate(y.To); err != nil {
			return a, err
		}
		if a.To.Before(a.From) {
			return a, prolong.NewError(prolong.CodeInvalid, "error.partner_days", prolong.Args{"From": y.From, "To": y.To})
		}
	}
	var ok bool
	if a.PercentBP, ok = parsePercent(y.Percent); !ok || y.Months < 0 {
		return a, prolong.NewError(prolong.CodeInvalid, "error.partner_percent", prolong.Args{"Value": y.Percent})
	}
	if y.Hold != "" {
		term, err := prolong.ParseTerm(y.Hold)
		if err == nil && term.Unit != prolong.Days {
			err = prolong.NewError(prolong.CodeInvalid, "error.term_days", prolong.Args{"Value": y.Hold})
		}
		if err != nil {
			return a, err
		}
		a.HoldDays = term.Count
	}
	if len(y.Cap) > 0 {
		limits, err := parsePrices(y.Cap)
		if err != nil {
			return a, err
		}
		if len(limits) > 1 {
			return a, prolong.NewError(prolong.CodeInvalid, "error.partner_cap", nil)
		}
		a.Cap = limits[0]
	}
	return a, nil
}

// parsePercent reads "20" or "12.5" as basis points, at most a hundred percent.
func parsePercent(text string) (int, bool) {
	const most = 10_000
	whole, part, _ := strings.Cut(strings.TrimSpace(text), ".")
	if whole == "" || len(part) > 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", 2-len(part)), 10, 31)
	return int(n), err == nil && n <= most
}

// applyPartners declares who brings clients.
func (a *app) applyPartners(ctx context.Context, d declared) error {
	if len(d.Partners) == 0 {
		return nil
	}
	return a.invoices.DeclarePartners(ctx, d.Partners)
}

func (c *cli) partnerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "partner", Short: c.tr.T("cli.partner")}
	var from dateFlag
	assign := &cobra.Command{
		Use: "assign PARTNER EXTERNAL_ID", Short: c.tr.T("cli.partner_assign"), Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			account, err := a.billing.FindAccountByExternalID(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			if from.IsZero() {
				zone, err := a.zone(cmd.Context())
				if err != nil {
					return err
				}
				from.Date = prolong.DateOf(a.clock.Now(), zone)
			}
			if err := a.invoices.AttributeAccount(cmd.Context(), prolong.System("cli"), account.ID, args[0], from.Date); err != nil {
				return err
			}
			a.print(cmd, "cli.partner_assigned", "Partner", args[0], "Account", account.LegalName(), "From", from.Date)
			return nil
		},
	}
	assign.Flags().Var(&from, "from", c.tr.T("cli.flag_partner_from"))
	cmd.AddCommand(assign)
	return cmd
}
