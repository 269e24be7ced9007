package telephony

import (
	"context"
	"strconv"

	"prolong/internal/postgres"
	"prolong/internal/settings"
)

// Settings returns who sits at which extension, by the number of the person; people are named by
// whoever knows them.
func Settings(ctx context.Context, tx postgres.Tx) (byStaff map[int64]settings.Item, err error) {
	list, err := settings.Read(ctx, tx.Pgx, "staff", `SELECT staff_id::text, jsonb_build_object('extension', string_agg(extension, ', ' ORDER BY extension), 'forward', string_agg(nullif(forward, ''), ', ' ORDER BY extension))
		FROM phone_extensions GROUP BY staff_id ORDER BY staff_id`)
	if err != nil {
		return nil, trace("Settings", err)
	}
	byStaff = map[int64]settings.Item{}
	for _, item := range list {
		id, err := strconv.ParseInt(item.Key, 10, 64)
		if err != nil {
			return nil, trace("Settings", err)
		}
		byStaff[id] = item
	}
	return byStaff, nil
}
