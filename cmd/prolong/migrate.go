package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prolong/internal/postgres"
)

func (c *cli) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "migrate", Short: c.tr.T("cli.migrate")}
	cmd.AddCommand(
		&cobra.Command{Use: "up", Short: c.tr.T("cli.migrate_up"), RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := c.openDatabase(cmd)
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }() // everything is committed
			n, err := postgres.Migrate(cmd.Context(), db)
			if err != nil {
				return err
			}
			c.print(cmd, "cli.migrated", "Count", n)
			return nil
		}},
		&cobra.Command{Use: "status", Short: c.tr.T("cli.migrate_status"), RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := c.openDatabase(cmd)
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }() // nothing was written
			list, err := postgres.Status(cmd.Context(), db)
			if err != nil {
				return err
			}
			for _, m := range list {
				state := c.tr.T("cli.migration_pending")
				if !m.AppliedAt.IsZero() {
					state = m.AppliedAt.UTC().Format(time.RFC3339)
				}
				_, _ = fmt.Fprintf(cmd.OutOrStdout(), "%-20s  %s\n", state, migrationLabel(m)) // a closed pipe is the reader's wish
			}
			return postgres.CheckSchema(cmd.Context(), db)
		}},
	)
	return cmd
}

func (c *cli) openDatabase(cmd *cobra.Command) (*postgres.DB, error) {
	return postgres.Open(cmd.Context(), postgres.Config{URL: c.cfg.DatabaseURL, DataDir: c.cfg.DataDir, Logger: c.log})
}

// migrationLabel names a migration: the file, or the job queue's own with its number.
func migrationLabel(m postgres.MigrationStatus) string {
	if strings.HasSuffix(m.Name, ".sql") {
		return m.Name
	}
	return fmt.Sprintf("%s %d", m.Name, m.Version)
}
