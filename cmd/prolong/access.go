package main

import (
	"time"

	"github.com/spf13/cobra"
)

// accessAnswer is what `prolong access` prints; the API answers the same fields.
type accessAnswer struct {
	ExternalID  string  `json:"external_id"`
	Active      bool    `json:"active"`
	State       string  `json:"state"`
	Until       *string `json:"until"`
	PaidThrough string  `json:"paid_through"`
	Reason      string  `json:"reason"`
	Why         string  `json:"why"`
}

func (c *cli) accessCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "access EXTERNAL_ID", Short: c.tr.T("cli.access"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			access, loc, err := a.billing.AccessOf(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			why := a.tr.T(access.Reason, access.Args(loc))
			if !asJSON {
				a.print(cmd, "cli.access_answer", "ID", args[0], "State", string(access.State), "Why", why)
				return nil
			}
			answer := accessAnswer{ExternalID: args[0], Active: access.Active(), State: string(access.State), PaidThrough: access.PaidThrough.String(), Reason: access.Reason, Why: why}
			if !access.Until.IsZero() {
				until := access.Until.In(loc).Format(time.RFC3339)
				answer.Until = &until
			}
			return printJSON(cmd, answer)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, c.tr.T("cli.flag_json"))
	return cmd
}
