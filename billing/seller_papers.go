package billing

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Papers is what a seller wants on papers beside what the law asks for. A paper keeps what it
// was issued with: a change counts for later ones.
type Papers struct {
	// Stamp and Facsimile are the SHA-256, in hex, of pictures that stand on invoices and on
	// nothing else: an act with a facsimile does not support the buyer's expense (documents.md 2.2).
	Stamp, Facsimile string
	// Notice is the warning above an invoice; at most PaperNoticeMax characters.
	Notice string
	// ValidDays is for how many days after its issue an invoice is valid; 0 says nothing about it.
	ValidDays int
	// AcceptanceDays prints on acts and УПД that the services count as accepted without an objection
	// within so many working days; 0 prints nothing.
	AcceptanceDays int
	// OneSided acts have no place for the buyer's signature. Ukraine only (law 4791-IX).
	OneSided bool
}

// The bounds of Papers.
const (
	PaperNoticeMax         = 500 // characters
	PaperValidDaysMax      = 365
	PaperAcceptanceDaysMax = 90 // working days
)

// SellerImage is a prepared PNG of a stamp or a facsimile, as papers draw it.
type SellerImage struct {
	SHA256 string // hex, of PNG
	PNG    []byte
}

// ImagePNG returns the bytes of a stamp or facsimile that a paper names by its hash. What was ever
// declared stays. Returns CodeNotFound for a hash that never was.
func (s *Service) ImagePNG(ctx context.Context, sha256 string) (png []byte, err error) {
	err = s.db.Pool.QueryRow(ctx, `SELECT png FROM seller_images WHERE sha256 = $1`, sha256).Scan(&png)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, prolong.NewError(prolong.CodeNotFound, "error.seller_image_unknown", prolong.Args{"SHA256": sha256})
	}
	return png, prolong.Wrap("billing.ImagePNG", err)
}

// applyImages keeps pictures that are not there yet.
func applyImages(ctx context.Context, tx postgres.Tx, images []SellerImage) error {
	for _, image := range images {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO seller_images (sha256, png, created_at) VALUES ($1, $2, $3) ON CONFLICT ON CONSTRAINT seller_images_pkey DO NOTHING`,
			image.SHA256, image.PNG, tx.Now); err != nil {
			return err
		}
	}
	return nil
}
