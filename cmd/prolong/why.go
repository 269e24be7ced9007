package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prolong/invoices"
)

// reasonLine is a step of the trail as `prolong why --json` prints it.
type reasonLine struct {
	At       string          `json:"at"`
	Cause    string          `json:"cause"`
	InForce  bool            `json:"in_force"`
	Before   string          `json:"paid_through_before,omitempty"`
	After    string          `json:"paid_through_after"`
	Invoice  string          `json:"invoice,omitempty"`
	Period   string          `json:"period,omitempty"`
	Total    string          `json:"total,omitempty"`
	Currency string          `json:"currency,omitempty"`
	Payments []reasonPayment `json:"payments,omitempty"`
	Actor    string          `json:"actor"`
}

type reasonPayment struct {
	ID      int64  `json:"id"`
	Channel string `json:"channel"`
	ValueOn string `json:"value_on"`
	Amount  string `json:"amount"`
}

func (c *cli) whyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "why EXTERNAL_ID", Short: c.tr.T("cli.why"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.why(cmd, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	return cmd
}

// why prints until when an account is active and every step that led there, the latest first.
func (a *app) why(cmd *cobra.Command, externalID string, asJSON bool) error {
	account, err := a.billing.FindAccountByExternalID(cmd.Context(), externalID)
	if err != nil {
		return err
	}
	access, loc, err := a.billing.AccessOf(cmd.Context(), externalID)
	if err != nil {
		return err
	}
	trail, err := a.invoices.Why(cmd.Context(), account.ID)
	if err != nil {
		return err
	}
	lines := make([]reasonLine, len(trail))
	for i, r := range trail {
		r.At = r.At.In(loc)
		lines[i], trail[i] = reasonLineOf(r), r
	}
	sentence := a.tr.T(access.Reason, access.Args(loc))
	if asJSON {
		return printJSON(cmd, struct {
			ExternalID string       `json:"external_id"`
			State      string       `json:"state"`
			Why        string       `json:"why"`
			EndsOn     string       `json:"ends_on,omitempty"`
			Trail      []reasonLine `json:"trail"`
		}{externalID, string(access.State), sentence, access.EndsOn.String(), lines})
	}
	a.print(cmd, "cli.access_answer", "ID", externalID, "State", string(access.State), "Why", sentence)
	if !access.EndsOn.IsZero() {
		a.print(cmd, "cli.why_ends", "EndsOn", access.EndsOn)
	}
	for i, r := range trail {
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), a.reasonWords(r, lines[i])) // a closed pipe is the reader's wish
	}
	return nil
}

func reasonLineOf(r invoices.Reason) reasonLine {
	l := reasonLine{At: r.At.Format(time.RFC3339), Cause: string(r.Cause), InForce: r.InForce, After: r.After.String(), Invoice: r.Invoice, Actor: r.Actor}
	if !r.Before.IsZero() {
		l.Before = r.Before.String()
	}
	if r.Invoice != "" {
		l.Period, l.Total, l.Currency = r.Period.String(), r.Total.String(), string(r.Total.Currency())
	}
	for _, p := range r.Payments {
		l.Payments = append(l.Payments, reasonPayment{ID: int64(p.ID), Channel: string(p.Channel), ValueOn: p.ValueOn.String(), Amount: p.Amount.String()})
	}
	return l
}

// reasonWords is a step in one line: "2026-03-05  2026-03-20 → 2026-04-20  invoice 58291375-1 ...".
func (a *app) reasonWords(r invoices.Reason, l reasonLine) string {
	words := []string{r.At.Format("2006-01-02 15:04"), l.Before + " → " + l.After, a.tr.T("why." + l.Cause)}
	if l.Invoice != "" {
		words = append(words, a.tr.T("cli.why_invoice", "Number", l.Invoice, "Period", l.Period, "Total", r.Total))
	}
	for _, p := range r.Payments {
		words = append(words, a.tr.T("cli.why_payment", "ID", int64(p.ID), "Amount", p.Amount, "ValueOn", p.ValueOn))
	}
	if !r.InForce {
		words = append(words, a.tr.T("cli.why_undone"))
	}
	return strings.Join(append(words, l.Actor), "  ")
}
