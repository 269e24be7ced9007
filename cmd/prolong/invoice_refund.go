package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// refundFlags are what a refund is asked for with.
type refundFlags struct {
	reason, amount, client string
	payment                int64
	reopen, yes            bool
	on                     dateFlag
}

// refundCommand books money that is paid back to a client, from an invoice or from his balance.
// Without --yes it only says what would change.
func (c *cli) refundCommand() *cobra.Command {
	var f refundFlags
	cmd := &cobra.Command{
		Use: "refund [NUMBER] --amount SUM --reason TEXT", Short: c.tr.T("cli.remedy.short.refund"), Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case strings.TrimSpace(f.reason) == "":
				return usageError{errors.New("--reason TEXT")}
			case f.amount == "":
				return usageError{errors.New("--amount SUM")}
			case (len(args) == 1) == (f.client != ""):
				return usageError{errors.New("NUMBER | --client EXTERNAL_ID")}
			}
			a, err := c.open(cmd.Context(), appOptions{workers: true})
			if err != nil {
				return err
			}
			defer a.closing()
			r := invoices.Remedy{Kind: invoices.RemedyRefund, Adjust: !f.reopen, On: f.on.Date, Reason: f.reason}
			if len(args) == 1 {
				err = a.refundFromInvoice(cmd.Context(), args[0], f, &r)
			} else {
				err = a.refundFromBalance(cmd.Context(), f, &r)
			}
			if err != nil {
				return err
			}
			return a.remedy(cmd, r, f.yes)
		},
	}
	cmd.Flags().StringVar(&f.reason, "reason", "", c.tr.T("cli.flag_reason"))
	cmd.Flags().StringVar(&f.amount, "amount", "", c.tr.T("cli.flag_amount"))
	cmd.Flags().StringVar(&f.client, "client", "", c.tr.T("cli.flag_refund_client"))
	cmd.Flags().Int64Var(&f.payment, "payment", 0, c.tr.T("cli.flag_refund_payment"))
	cmd.Flags().BoolVar(&f.reopen, "reopen", false, c.tr.T("cli.flag_refund_reopen"))
	cmd.Flags().Var(&f.on, "on", c.tr.T("cli.flag_refund_on"))
	cmd.Flags().BoolVar(&f.yes, "yes", false, c.tr.T("cli.flag_yes"))
	return cmd
}

// refundFromInvoice finds the invoice and whose money on it is paid back.
func (a *app) refundFromInvoice(ctx context.Context, number string, f refundFlags, r *invoices.Remedy) error {
	found, err := a.invoices.FindInvoices(ctx, invoices.Filter{Number: number, Limit: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return prolong.NewError(prolong.CodeNotFound, "error.invoice_number_unknown", prolong.Args{"Number": number})
	}
	r.Invoice = found[0].ID
	if r.Amount, err = prolong.ParseMoney(f.amount, found[0].Total.Currency()); err != nil {
		return err
	}
	parts, err := a.invoices.Payers(ctx, []invoices.InvoiceID{r.Invoice})
	if err != nil {
		return err
	}
	choice := make([]refundable, len(parts))
	for i, p := range parts {
		choice[i] = refundable{p.PaymentID, p.Amount}
	}
	r.Payment, err = choosePayment(choice, f.payment)
	return err
}

// refundFromBalance finds whose money on the client's balance is paid back.
func (a *app) refundFromBalance(ctx context.Context, f refundFlags, r *invoices.Remedy) error {
	account, err := a.billing.FindAccountByExternalID(ctx, f.client)
	if err != nil {
		return err
	}
	rest, err := a.billing.PaymentsWithRest(ctx, account.ID)
	if err != nil {
		return err
	}
	choice := make([]refundable, len(rest))
	for i, p := range rest {
		choice[i] = refundable{p.ID, p.Rest()}
	}
	if r.Payment, err = choosePayment(choice, f.payment); err != nil {
		return err
	}
	for _, p := range rest {
		if p.ID == r.Payment {
			r.Amount, err = prolong.ParseMoney(f.amount, p.Amount.Currency())
		}
	}
	return err
}

// refundable is what of a payment can be paid back.
type refundable struct {
	id     billing.PaymentID
	amount prolong.Money
}

// choosePayment returns the asked one of the payments, or the only one for 0. Returns CodeInvalid
// naming them with what they have there where it is none of several, CodeNotFound where there is
// none at all.
func choosePayment(choice []refundable, asked int64) (billing.PaymentID, error) {
	names := make([]string, len(choice))
	for i, c := range choice {
		if int64(c.id) == asked || asked == 0 && len(choice) == 1 {
			return c.id, nil
		}
		names[i] = fmt.Sprintf("%d (%s %s)", c.id, c.amount, c.amount.Currency())
	}
	if len(choice) == 0 {
		return 0, prolong.NewError(prolong.CodeNotFound, "error.nothing_to_refund", nil)
	}
	return 0, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": "--payment", "Value": asked, "Allowed": strings.Join(names, ", ")})
}
