package identity

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// The actions under which changes of requisites stand in the audit trail.
const (
	ActionCompany    = "account.company"
	ActionRequisites = "account.requisites"
)

// ChangeCompany changes all that stands on papers about a client, name and tax id included, and
// writes it into the audit trail. Staff with RightOfficeInvoicesManage may: whose payment it is
// follows from it. agree sees what it was before and may refuse. Returns CodeInvalid with the
// first problem, CodeForbidden, CodeNotFound.
func (s *Service) ChangeCompany(ctx context.Context, actor prolong.Actor, account billing.AccountID, c billing.Company, agree func(before billing.Company) error) error {
	if err := s.authorizeStaffOnly(ctx, actor, RightOfficeInvoicesManage); err != nil {
		return err
	}
	return prolong.Wrap("identity.ChangeCompany", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		before, err := billing.ChangeCompany(ctx, tx, account, c, agree)
		if err != nil {
			return err
		}
		if after := c.Tidy(); after != before {
			return Audit(ctx, tx, actor, Change{Action: ActionCompany, SubjectKind: "account", SubjectID: int64(account), AccountID: account, Before: before, After: after})
		}
		return nil
	}))
}

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
			return Audit(ctx, tx, actor, Change{Action: ActionRequisites, SubjectKind: "account", SubjectID: int64(account), AccountID: account, Before: before, After: after})
		}
		return nil
	}))
}
