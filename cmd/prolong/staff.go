package main

import (
	"github.com/spf13/cobra"
)

// staffSpec declares a person of the staff.
type staffSpec struct{ Email, Name, Role, Password string }

func (a *app) applyStaff(_ *cobra.Command, _ []staffSpec) error { return nil }

func (c *cli) keyCommand() *cobra.Command {
	return &cobra.Command{Use: "key", Short: c.tr.T("cli.key")}
}
