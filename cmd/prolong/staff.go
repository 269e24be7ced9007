package main

import (
	"github.com/spf13/cobra"

	"prolong"
	"prolong/identity"
)

// printSetups shows the codes by which people without a password set their first one.
func (a *app) printSetups(cmd *cobra.Command, setups []identity.StaffSetup) {
	for _, s := range setups {
		a.print(cmd, "cli.staff_setup", "Email", s.Email, "URL", a.cfg.BaseURL+"/office/setup", "Token", s.Token)
	}
}

func (c *cli) keyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: c.tr.T("cli.key")}
	var scopes []string
	add := &cobra.Command{
		Use: "add NAME", Short: c.tr.T("cli.key_add"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			spec := identity.APIKeySpec{Name: args[0]}
			for _, s := range scopes {
				spec.Scopes = append(spec.Scopes, identity.Right(s))
			}
			secret, info, err := a.identity.CreateAPIKey(cmd.Context(), prolong.System("key add"), spec)
			if err != nil {
				return err
			}
			a.print(cmd, "cli.key_added", "Name", info.Name, "Scopes", scopes, "Secret", secret)
			return nil
		},
	}
	add.Flags().StringSliceVar(&scopes, "scope", []string{string(identity.RightAPIAccess)}, c.tr.T("cli.flag_scope"))
	cmd.AddCommand(add)
	return cmd
}
