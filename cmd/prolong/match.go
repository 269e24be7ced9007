package main

import (
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
)

// replayRow is a payment that would be decided differently, for --json.
type replayRow struct {
	PaymentID int64              `json:"payment_id"`
	Date      prolong.Date       `json:"date"`
	Amount    string             `json:"amount"`
	Currency  prolong.Currency   `json:"currency"`
	Payer     string             `json:"payer"`
	Purpose   string             `json:"purpose"`
	Changed   banksync.Changed   `json:"changed"`
	Verdict   banksync.Verdict   `json:"verdict"`
	Before    replayDecisionJSON `json:"before"`
	After     replayDecisionJSON `json:"after"`
	Ended     []string           `json:"ended"` // who has the money today
}

type replayDecisionJSON struct {
	Class    match.Class  `json:"class"`
	Rule     match.Rule   `json:"rule"`
	Reason   match.Reason `json:"reason"`
	Accounts []string     `json:"accounts"`
	Invoices []string     `json:"invoices"`
}

// replayJSON is what --json prints.
type replayJSON struct {
	Rules       string                   `json:"rules"`
	Payments    int                      `json:"payments"`
	Posted      int                      `json:"posted"` // by the decisions that were made
	Posts       int                      `json:"posts"`  // by these rules
	Changed     map[banksync.Changed]int `json:"changed"`
	Wrong       int                      `json:"wrong"`
	Differences []replayRow              `json:"differences"`
}

func (c *cli) matchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "match", Short: c.tr.T("cli.match")}
	var asJSON bool
	var rules string
	var days span
	replay := &cobra.Command{
		Use: "replay", Short: c.tr.T("cli.match_replay"), Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.replay(cmd, banksync.ReplaySpec{Rules: rules, From: days.from.Date, To: days.to.Date}, asJSON)
		},
	}
	replay.Flags().StringVar(&rules, "rules", "", c.tr.T("cli.flag_rules"))
	replay.Flags().Var(&days.from, "from", c.tr.T("cli.flag_replay_from"))
	replay.Flags().Var(&days.to, "to", c.tr.T("cli.flag_replay_to"))
	replay.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	cmd.AddCommand(replay)
	return cmd
}

// replay prints what a rule set would have decided differently. It fails if that puts money on
// an account that does not have it today.
func (a *app) replay(cmd *cobra.Command, spec banksync.ReplaySpec, asJSON bool) error {
	ids, err := a.billing.ExternalIDs(cmd.Context())
	if err != nil {
		return err
	}
	names := func(list []int64) []string {
		out := make([]string, len(list))
		for i, id := range list {
			out[i] = ids[billing.AccountID(id)]
		}
		return out
	}
	short := func(d banksync.ReplayedDecision) replayDecisionJSON {
		return replayDecisionJSON{d.Class, d.Rule, d.Reason, names(d.Accounts), d.Invoices}
	}
	out := replayJSON{Differences: []replayRow{}}
	report, err := a.banksync.Replay(cmd.Context(), spec, func(r banksync.Replayed) error {
		row := replayRow{int64(r.PaymentID), r.Date, r.Amount.String(), r.Amount.Currency(), r.Payer, r.Purpose, r.Changed, r.Verdict, short(r.Before), short(r.After), names(r.Ended)}
		if asJSON {
			out.Differences = append(out.Differences, row)
			return nil
		}
		a.print(cmd, "cli.replay_row", "ID", row.PaymentID, "Date", r.Date, "Amount", r.Amount, "Payer", r.Payer, "Before", said(row.Before), "After", said(row.After),
			"Ended", strings.Join(row.Ended, " "), "Verdict", a.tr.T("cli.replay_verdict."+string(r.Verdict)))
		return nil
	})
	if err != nil {
		return err
	}
	if asJSON {
		out.Rules, out.Payments, out.Posted, out.Posts, out.Changed, out.Wrong = report.Rules, report.Payments, report.Posted, report.Posts, report.Changed, report.Wrong
		if err := printJSON(cmd, out); err != nil {
			return err
		}
	} else {
		a.print(cmd, "cli.replay_sum", "Rules", report.Rules, "Payments", report.Payments, "Posted", report.Posted, "Posts", report.Posts,
			"Account", report.Changed[banksync.ChangedAccount], "NowPosted", report.Changed[banksync.ChangedPosted], "NowReview", report.Changed[banksync.ChangedReview],
			"What", report.Changed[banksync.ChangedWhat], "Wrong", report.Wrong)
	}
	if report.Wrong > 0 {
		return errReported
	}
	return nil
}

// said is a decision in a word: the rule and the accounts, or the class and its reason.
func said(d replayDecisionJSON) string {
	if d.Class.Posts() {
		return string(d.Rule) + " " + strings.Join(d.Accounts, "+")
	}
	return string(d.Class) + " " + string(d.Reason)
}
