package identity

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// Settings returns the vendor's people as `prolong apply` declares them. Of a password and a second
// factor only that there is one.
func Settings(ctx context.Context, tx postgres.Tx) ([]settings.Item, error) {
	list, err := settings.Read(ctx, tx.Pgx, "staff", `SELECT email, jsonb_build_object('name', name, 'role', role, 'language', language,
		'password', CASE WHEN password_hash <> '' THEN '***' END, 'second_factor', CASE WHEN totp_secret <> '' THEN '***' END) FROM staff ORDER BY id`)
	return list, prolong.Wrap("identity.Settings", err)
}
