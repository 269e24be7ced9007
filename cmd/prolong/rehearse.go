package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"prolong/invoices"
)

func (c *cli) rehearseCommand() *cobra.Command {
	var until dateFlag
	var change string
	var allPay, asJSON bool
	cmd := &cobra.Command{
		Use: "rehearse --until DATE", Short: c.tr.T("cli.rehearse"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if until.IsZero() {
				return usageError{errors.New("--until DATE")}
			}
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.rehearse(cmd, invoices.Rehearsal{Until: until.Date, AllPay: allPay}, change, asJSON)
		},
	}
	cmd.Flags().Var(&until, "until", c.tr.T("cli.flag_until"))
	cmd.Flags().StringVar(&change, "change", "", c.tr.T("cli.flag_change"))
	cmd.Flags().BoolVar(&allPay, "all-pay", false, c.tr.T("cli.flag_all_pay"))
	cmd.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	return cmd
}

// rehearsedLine is an event as it is printed; Mark says of a rehearsed change that the event
// is new (+) or gone (-).
type rehearsedLine struct {
	Mark    string `json:"mark,omitempty"`
	On      string `json:"on"`
	What    string `json:"what"`
	Step    string `json:"step,omitempty"` // of a letter: which, and when
	Account string `json:"account"`
	ID      string `json:"external_id"`
	Period  string `json:"period"`
	Amount  string `json:"amount"`
}

// rehearse prints what would happen; with a change, what would happen otherwise than with
// today's settings.
func (a *app) rehearse(cmd *cobra.Command, r invoices.Rehearsal, change string, asJSON bool) error {
	events, err := a.invoices.Rehearse(cmd.Context(), r)
	if err != nil {
		return err
	}
	lines := rehearsedLines(events)
	if change != "" {
		d, err := readDeclaration(change)
		if err != nil {
			return err
		}
		r.Sellers, r.Plans, r.Calendars = d.Sellers, d.Plans, d.Calendars
		changed, err := a.invoices.Rehearse(cmd.Context(), r)
		if err != nil {
			return err
		}
		lines = differences(lines, rehearsedLines(changed))
	}
	if asJSON {
		return printJSON(cmd, lines)
	}
	for _, l := range lines {
		mark := l.Mark
		if mark != "" {
			mark += " "
		}
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%s%s  %s  %s  %s  %s  %s\n", mark, l.On, a.rehearsedWhat(l), l.ID, l.Account, l.Period, l.Amount) // a closed pipe is the reader's wish
	}
	a.print(cmd, "cli.rehearsed", "Count", len(lines))
	return nil
}

// rehearsedWhat says what happens: for a letter which one, and by which step of the schedule.
func (a *app) rehearsedWhat(l rehearsedLine) string {
	if l.Step == "" {
		return a.tr.T("rehearse." + l.What)
	}
	letter, when, _ := strings.Cut(l.Step, " ")
	return a.tr.T("rehearse.letter."+letter) + " (" + when + ")"
}

func rehearsedLines(events []invoices.Rehearsed) []rehearsedLine {
	lines := make([]rehearsedLine, len(events))
	for i, e := range events {
		lines[i] = rehearsedLine{On: e.On.String(), What: string(e.Kind), Step: e.Step, Account: e.Account, ID: e.ExternalID, Amount: e.Amount.String() + " " + string(e.Amount.Currency())}
		if !e.Period.From.IsZero() {
			lines[i].Period = e.Period.String()
		}
	}
	return lines
}

// differences returns what is only in before, marked -, and only in after, marked +, in the
// order of their days.
func differences(before, after []rehearsedLine) []rehearsedLine {
	count := map[rehearsedLine]int{}
	for _, l := range before {
		count[l]++
	}
	var added []rehearsedLine
	for _, l := range after {
		if count[l] > 0 {
			count[l]--
			continue
		}
		l.Mark = "+"
		added = append(added, l)
	}
	out := []rehearsedLine{}
	for _, l := range before {
		if count[l] > 0 {
			count[l]--
			l.Mark = "-"
			out = append(out, l)
		}
	}
	return append(out, added...)
}
