package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

func (c *cli) importCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: c.tr.T("cli.import")}
	var atomic bool
	var seller string
	accounts := &cobra.Command{
		Use: "accounts FILE.csv", Short: c.tr.T("cli.import_accounts"), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			return a.importAccounts(cmd, args[0], seller, atomic)
		},
	}
	accounts.Flags().BoolVar(&atomic, "atomic", false, c.tr.T("cli.flag_atomic"))
	accounts.Flags().StringVar(&seller, "seller", "main", c.tr.T("cli.flag_seller"))
	cmd.AddCommand(accounts, c.importAvailabilityCommand())
	return cmd
}

func (a *app) importAccounts(cmd *cobra.Command, file, seller string, atomic bool) error {
	f, err := os.Open(file)
	if err != nil {
		return prolong.NewError(prolong.CodeInvalid, "error.file_unreadable", prolong.Args{"File": file, "Detail": err.Error()})
	}
	defer func() { _ = f.Close() }() // only read
	rows, bad, err := billing.ReadAccountCSV(f)
	if err != nil {
		return err
	}
	done, err := a.billing.ImportAccounts(cmd.Context(), prolong.System("import"), rows, bad, seller, atomic)
	for _, row := range done.Bad {
		a.printRowError(file, row)
	}
	if err != nil {
		return err
	}
	for _, k := range done.Kept {
		a.printKept(file, k)
	}
	if err := a.ensureContacts(cmd.Context(), done.Accounts); err != nil {
		return err
	}
	a.print(cmd, "cli.imported", "Created", done.Created, "Updated", done.Updated, "Unchanged", done.Unchanged, "Bad", len(done.Bad))
	if len(done.Bad) > 0 {
		return errReported
	}
	return nil
}

// ensureContacts makes the people of the imported accounts: the mail address of a row is the
// account's owner. An address that was entered here instead lets nobody in: whoever may change
// the company's address need not be one who may invite owners.
func (a *app) ensureContacts(ctx context.Context, accounts []billing.AccountID) error {
	emails, err := a.billing.ImportedEmails(ctx, accounts)
	if err != nil {
		return err
	}
	people := make([]identity.AccountContact, len(emails))
	for i, e := range emails {
		people[i] = identity.AccountContact{AccountID: e.ID, Email: e.Email, Phone: e.Phone, Language: e.Language}
	}
	return a.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := a.identity.EnsureContacts(ctx, tx, prolong.System("import"), people)
		return err
	})
}

// printKept names a value of the table that was not taken over, and the one that stays.
func (c *cli) printKept(file string, k billing.KeptField) {
	fmt.Fprintln(os.Stderr, c.tr.T("cli.kept", "File", file, "Line", k.Line, "Field", k.Field, "ExternalID", k.ExternalID, "Ours", orNothing(k.Ours), "Table", orNothing(k.Table)))
}

// orNothing shows that a value is empty.
func orNothing(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// printRowError names a bad row: file, line, column, what is wrong.
func (c *cli) printRowError(file string, row billing.RowError) {
	fmt.Fprintf(os.Stderr, "%s:%d: %s: %s\n", file, row.Line, row.Column, c.tr.Error(row.Err))
}
