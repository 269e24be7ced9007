package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/internal/postgres"
)

func TestAuditTrailIsAppendOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, 1)
	ctx := identity.WithOrigin(t.Context(), desk)
	agent := prolong.Actor{Kind: prolong.ActorStaff, ID: 7, Name: "agent@example.test"}
	write := func(ctx context.Context, action string) error {
		return b.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			return identity.Audit(ctx, tx, agent, identity.Change{Action: action, SubjectKind: "payment", SubjectID: 5, AccountID: b.accounts[0],
				Before: map[string]any{"state": "review"}, After: map[string]any{"state": "matched"}})
		})
	}
	require.NoError(t, write(ctx, "payment.assign"))
	b.clock.Advance(time.Hour)
	require.NoError(t, write(t.Context(), "payment.undo"))
	errOops := errors.New("the use case failed")
	err := b.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		require.NoError(t, identity.Audit(ctx, tx, agent, identity.Change{Action: "payment.ignore", SubjectKind: "payment", SubjectID: 5}))
		return errOops
	})
	require.ErrorIs(t, err, errOops)

	entries, err := b.room.FindAudit(ctx, identity.AuditFilter{SubjectKind: "payment", SubjectID: 5})
	require.NoError(t, err)
	require.Len(t, entries, 2, "no change, no entry")
	require.Equal(t, "payment.undo", entries[0].Action)
	first := entries[1]
	require.Equal(t, agent, first.Actor)
	require.Equal(t, now, first.At.UTC())
	require.Equal(t, desk.IP, first.IP)
	require.Equal(t, b.accounts[0], first.AccountID)
	require.JSONEq(t, `{"state":"review"}`, string(first.Before))
	require.JSONEq(t, `{"state":"matched"}`, string(first.After))

	for _, f := range []identity.AuditFilter{
		{Actor: agent, Action: "payment.assign"}, {AccountID: b.accounts[0], To: now.Add(time.Minute)}, {BeforeID: entries[0].ID}, {Actor: agent, From: now, Limit: 1, Action: "payment.assign"},
	} {
		found, err := b.room.FindAudit(ctx, f)
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, first.ID, found[0].ID)
	}
	for _, sql := range []string{"UPDATE audit_entries SET actor_name = 'somebody else'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"} {
		_, err := b.db.Pool.Exec(ctx, sql)
		require.ErrorContains(t, err, "append-only", sql)
	}
	require.Error(t, b.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		return identity.Audit(ctx, tx, agent, identity.Change{Action: "x", SubjectKind: "y", After: func() {}})
	}))
}
