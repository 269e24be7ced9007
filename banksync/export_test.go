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
