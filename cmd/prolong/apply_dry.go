package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/internal/settings"
	"prolong/invoices"
	"prolong/notify"
	"prolong/telephony"
	"prolong/tickets"
)

// rehearseApply brings the declaration in as apply does, in a transaction that is rolled back, and
// prints what it changes: so what it prints is what apply does, to the last check.
func (a *app) rehearseApply(cmd *cobra.Command, d declared) error {
	var changes []settings.Change
	err := a.db.Rehearse(cmd.Context(), func(ctx context.Context, tx postgres.Tx) error {
		before, err := a.settings(ctx, tx)
		if err != nil {
			return err
		}
		if _, _, err := a.bringIn(ctx, d); err != nil {
			return err
		}
		after, err := a.settings(ctx, tx)
		changes = settings.Diff(before, after)
		return err
	})
	if err != nil {
		return err
	}
	a.printChanges(cmd, changes, d.named())
	return nil
}

// settings reads what the rooms are set to.
func (a *app) settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	var lists [][]settings.Item
	for _, room := range []func(context.Context, postgres.Tx) ([]settings.Item, error){
		billing.Settings, invoices.Settings, banksync.Settings, notify.Settings, identity.Settings, tickets.Settings, a.seatSettings,
	} {
		list, err := room(ctx, tx)
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return settings.Merge(lists...), nil
}

// seatSettings puts the extensions under the people who sit there.
func (a *app) seatSettings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	byStaff, err := telephony.Settings(ctx, tx)
	if err != nil || len(byStaff) == 0 {
		return nil, err
	}
	staff, err := a.identity.FindStaff(ctx)
	if err != nil {
		return nil, err
	}
	var list []settings.Item
	for _, person := range staff {
		if item, ok := byStaff[person.ID]; ok {
			item.Key = person.Email
			list = append(list, item)
		}
	}
	return list, nil
}

// declaredName is an entry of the declaration.
type declaredName struct{ kind, key string }

// named are the entries of the file: those that stay as they are shall be seen, too.
func (d declared) named() map[declaredName]bool {
	names := map[declaredName]bool{}
	add := func(kind, key string) { names[declaredName{kind, key}] = true }
	for _, x := range d.Sellers {
		add("sellers", x.Seller.Key)
	}
	for _, x := range d.Plans {
		add("plans", x.Plan.Key)
	}
	for _, x := range d.Packs {
		add("packs", x.Pack.Key)
	}
	for _, x := range d.Partners {
		add("partners", x.Partner.Key)
	}
	for _, x := range d.Staff {
		if email, err := identity.ParseEmail(x.Email); err == nil {
			add("staff", email)
		}
	}
	for _, x := range d.Calendars {
		add("calendars", string(x.Country))
	}
	for _, x := range d.SupportHours {
		add("support_hours", x.Key)
	}
	for _, x := range d.SLA {
		add("sla", x.Key)
	}
	for _, x := range d.Tags {
		add("tags", x.Key)
	}
	return names
}

// printChanges prints the changed entries with their fields before and after, those of the file that
// stay as they are by name, and how many there are of each.
func (a *app) printChanges(cmd *cobra.Command, changes []settings.Change, named map[declaredName]bool) {
	created, changed, unchanged := 0, 0, 0
	out := cmd.OutOrStdout()
	for _, c := range changes {
		word := "cli.dry_changed"
		switch {
		case c.Unchanged() && !named[declaredName{c.Kind, c.Key}]:
			continue
		case c.Unchanged():
			unchanged++
			word = "cli.dry_unchanged"
		case c.Created:
			created++
			word = "cli.dry_created"
		case c.Removed:
			changed++
			word = "cli.dry_removed"
		default:
			changed++
		}
		_, _ = fmt.Fprintf(out, "%s %s: %s\n", c.Kind, c.Key, a.tr.T(word)) // a closed pipe is the reader's wish
		for _, f := range c.Fields {
			_, _ = fmt.Fprintf(out, "  %s\n", a.fieldChange(c, f))
		}
	}
	a.print(cmd, "cli.dry_total", "Created", created, "Changed", changed, "Unchanged", unchanged)
}

// fieldChange writes "vat.regime: general → usn_5"; of a new entry only what is set.
func (a *app) fieldChange(c settings.Change, f settings.FieldChange) string {
	before, after := oneLineOf(f.Before), oneLineOf(f.After)
	if c.Created {
		return f.Path + ": " + after
	}
	if before == "" {
		before = a.tr.T("cli.dry_none")
	}
	if after == "" {
		after = a.tr.T("cli.dry_none")
	}
	return f.Path + ": " + before + " → " + after
}

func oneLineOf(s string) string { return strings.Join(strings.Fields(s), " ") }
