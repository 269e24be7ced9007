package main

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// hours answers tickets with the prepaid minutes of billing.
type hours struct{}

// Take implements tickets.Hours.
func (hours) Take(ctx context.Context, tx postgres.Tx, actor prolong.Actor, accountID int64, minutes int, cause, key string) (int, error) {
	done, err := billing.ConsumeIn(ctx, tx, actor, billing.Consumption{Account: billing.AccountID(accountID), Minutes: minutes, Cause: cause, Key: key, Partly: true})
	return done.Minutes, err
}

// GiveBack implements tickets.Hours.
func (hours) GiveBack(ctx context.Context, tx postgres.Tx, actor prolong.Actor, accountID int64, key, cause string) error {
	_, err := billing.ReturnIn(ctx, tx, actor, billing.AccountID(accountID), key, cause)
	return err
}
