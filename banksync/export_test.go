package banksync

import (
	"context"

	"prolong"
	"prolong/billing"
)

// Digests returns the fingerprints of the snapshot that is kept from import to import, brought
// up to date, and of one read anew.
func (s *Service) Digests(ctx context.Context, seller billing.SellerID, today prolong.Date) (kept, anew string, err error) {
	snapshot, err := s.snapshotOf(ctx, seller, today)
	if err != nil {
		return "", "", err
	}
	fresh, err := s.readSnapshot(ctx, seller, today)
	if err != nil {
		return "", "", err
	}
	return snapshot.Digest(), fresh.snapshot.Digest(), nil
}

// LoadSnapshot brings the snapshot that is kept in memory up to date, or reads it if there is
// none, and returns how many accounts and open invoices it has.
func (s *Service) LoadSnapshot(ctx context.Context, seller billing.SellerID, today prolong.Date) (accounts, open int, err error) {
	snapshot, err := s.snapshotOf(ctx, seller, today)
	if err != nil {
		return 0, 0, err
	}
	return snapshot.AccountCount(), snapshot.OpenCount(), nil
}
