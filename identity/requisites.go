package identity

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// ChangeRequisites changes what a client may change of his company, and writes it into the audit
// trail. Owners and accountants may (RightCabinetCompany), and staff with
// RightOfficeClientsManage. Returns CodeInvalid with the first problem, CodeForbidden,
// CodeNotFound.
func (s *Service) ChangeRequisites(ctx context.Context, actor prolong.Actor, account billing.AccountID, r billing.Requisites) error {
	var err error
	if actor.Kind == prolong.ActorContact {
		err = s.Authorize(ctx, actor, RightCabinetCompany, account)
	} else {
		err = s.authorizeStaffOnly(ctx, actor, RightOfficeClientsManage)
	}
	if err != nil {
		return err
	}
	return prolong.Wrap("identity.ChangeRequisites", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		before, err := billing.ChangeRequisites(ctx, tx, account, r)
		if err != nil {
			return err
		}
		if after := r.Tidy(); after != before {
			return Audit(ctx, tx, actor, Change{Action: "account.requisites", SubjectKind: "account", SubjectID: int64(account), AccountID: account, Before: before, After: after})
		}
		return nil
	}))
}
