package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// subscriptionCommand opens a subscription, announces its end and takes that back.
func (c *cli) subscriptionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "subscription", Short: c.tr.T("cli.subscription")}
	var on dateFlag
	end := c.endingCommand("end EXTERNAL_ID", "cli.subscription_end", func(ctx context.Context, a *app, actor prolong.Actor, id billing.SubscriptionID, reason string) (invoices.Ending, error) {
		return a.invoices.AnnounceEnd(ctx, actor, id, on.Date, reason)
	})
	end.Flags().Var(&on, "on", c.tr.T("cli.flag_subscription_on"))
	keep := c.endingCommand("keep EXTERNAL_ID", "cli.subscription_keep", func(ctx context.Context, a *app, actor prolong.Actor, id billing.SubscriptionID, reason string) (invoices.Ending, error) {
		return a.invoices.KeepOn(ctx, actor, id, reason)
	})
	cmd.AddCommand(c.subscriptionOpenCommand(), end, keep)
	return cmd
}

func (c *cli) endingCommand(use, short string, act func(ctx context.Context, a *app, actor prolong.Actor, id billing.SubscriptionID, reason string) (invoices.Ending, error)) *cobra.Command {
	var reason string
	var id int64
	cmd := &cobra.Command{
		Use: use, Short: c.tr.T(short), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), appOptions{})
			if err != nil {
				return err
			}
			defer a.closing()
			account, err := a.billing.FindAccountByExternalID(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			sub, err := a.chooseSubscription(cmd.Context(), account.ID, billing.SubscriptionID(id))
			if err != nil {
				return err
			}
			done, err := act(cmd.Context(), a, prolong.System("cli"), sub.ID, reason)
			if err != nil {
				return err
			}
			switch {
			case done.EndsOn.IsZero():
				a.print(cmd, "cli.subscription_kept", "ID", int64(sub.ID), "Before", done.Before)
			case done.Hours.Days() > 0:
				a.print(cmd, "cli.subscription_ends_hours", "ID", int64(sub.ID), "EndsOn", done.EndsOn, "Hours", done.Hours, "On", done.Hours.To)
			case done.Withdrawn != "":
				a.print(cmd, "cli.subscription_ends_withdrawn", "ID", int64(sub.ID), "EndsOn", done.EndsOn, "Invoice", done.Withdrawn)
			default:
				a.print(cmd, "cli.subscription_ends", "ID", int64(sub.ID), "EndsOn", done.EndsOn)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", c.tr.T("cli.flag_subscription_reason"))
	cmd.Flags().Int64Var(&id, "id", 0, c.tr.T("cli.flag_subscription_id"))
	return cmd
}

// chooseSubscription returns the account's subscription of that id, or its only one for 0. Returns
// CodeInvalid naming them where there are several.
func (a *app) chooseSubscription(ctx context.Context, account billing.AccountID, id billing.SubscriptionID) (billing.Subscription, error) {
	subs, err := a.billing.SubscriptionsOf(ctx, account)
	if err != nil {
		return billing.Subscription{}, err
	}
	var names []string
	for _, s := range subs {
		if s.ID == id || id == 0 && len(subs) == 1 {
			return s, nil
		}
		names = append(names, strconv.FormatInt(int64(s.ID), 10))
	}
	if len(subs) == 0 {
		return billing.Subscription{}, prolong.NewError(prolong.CodeNotFound, "error.subscription_not_found", prolong.Args{"ID": int64(id)})
	}
	return billing.Subscription{}, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "--id", "Value": int64(id), "Allowed": strings.Join(names, ", ")})
}
