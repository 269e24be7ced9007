package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
)

// undoChange puts a subscription back on the terms from before a change whose invoice is
// cancelled. Returns CodeConflict if the terms have changed again since.
func (v *voiding) undoChange(ctx context.Context) error {
	last, ok, err := billing.LastChange(ctx, v.tx, v.sub)
	if err != nil {
		return err
	}
	if !ok || last.ID != v.inv.ChangeID || !last.After.Same(v.sub.Terms()) {
		return prolong.NewError(prolong.CodeConflict, "error.change_not_last", prolong.Args{"Invoice": v.inv.Number})
	}
	if err := billing.UndoChange(ctx, v.tx, last.ID); err != nil {
		return err
	}
	if _, err := v.journal.Undo(ctx, v.sub, v.catalog.Plans[v.sub.PlanID], billing.ExtendedByChange, last.ID); err != nil {
		return err
	}
	if err := billing.SetTerms(ctx, v.tx, v.catalog, v.sub, last.Before); err != nil {
		return err
	}
	if last.Before.Term != last.After.Term {
		v.sub.InvoicedTo = v.sub.PaidThrough.AddDays(1)
	}
	v.journal.Touch(v.sub, v.catalog.Plans[v.sub.PlanID], string(billing.ExtendedByChange))
	return identity.Audit(ctx, v.tx, v.actor, identity.Change{Action: "subscription.change_undone", SubjectKind: "subscription", SubjectID: int64(v.sub.ID), AccountID: v.sub.AccountID,
		Before: termsWords(v.catalog, last.After), After: termsWords(v.catalog, last.Before)})
}

// refuseChanged keeps an invoice that the invoice of a change stands on from being cancelled
// under it.
func (v *voiding) refuseChanged(ctx context.Context) error {
	changes, err := billing.ChangesOf(ctx, v.tx, []int64{int64(v.inv.ID)})
	if err != nil || len(changes) == 0 {
		return err
	}
	var number string
	if err := v.tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT i.number FROM invoices i WHERE i.change_id = ANY($2) AND i.status <> 'void' AND i.id <> $1 ORDER BY i.id DESC LIMIT 1), '')`,
		int64(v.inv.ID), changes).Scan(&number); err != nil {
		return err
	}
	if number != "" {
		return prolong.NewError(prolong.CodeConflict, "error.invoice_has_change", prolong.Args{"Invoice": v.inv.Number, "Change": number})
	}
	return nil
}
