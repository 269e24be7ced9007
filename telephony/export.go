package telephony

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets"
)

const exportPageSize = 500

// EachCall hands every call begun in [from, to) to yield, in the order in which we heard of
// them; a zero bound does not restrict. It reads page by page, so any number of calls takes
// little memory, and stops at the first error of yield. Staff only.
func (s *Service) EachCall(ctx context.Context, actor prolong.Actor, from, to time.Time, yield func(Call) error) error {
	if err := requireStaff(actor); err != nil {
		return trace("EachCall", err)
	}
	for after := int64(0); ; {
		var page []Call
		if err := s.inTx(ctx, "EachCall", func(ctx context.Context, tx postgres.Tx) error {
			rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c
				WHERE c.id > $1 AND ($2::timestamptz IS NULL OR c.started_at >= $2) AND ($3::timestamptz IS NULL OR c.started_at < $3) ORDER BY c.id LIMIT $4`,
				after, refTime(from), refTime(to), exportPageSize)
			list, err := collect[callRow](rows, err)
			if err != nil {
				return err
			}
			page, err = s.calls(ctx, tx, list, true)
			return err
		}); err != nil {
			return err
		}
		for _, c := range page {
			if err := yield(c); err != nil {
				return err
			}
			after = c.ID
		}
		if len(page) < exportPageSize {
			return nil
		}
	}
}

// ContactsByTag returns how often clients came with each subject in [from, to), by ticket and
// by telephone together; a client who did both is one client. Staff only.
func (s *Service) ContactsByTag(ctx context.Context, actor prolong.Actor, from, to time.Time) ([]tickets.TagUse, error) {
	all, err := s.tickets.TagUse(ctx, actor, from, to)
	if err != nil {
		return nil, err
	}
	type row struct {
		Key, Name string
		Client    string
		Contacts  int
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT v.key, v.name, coalesce('account:' || c.account_id, nullif('phone:' || c.client_phone, 'phone:'), 'call:' || c.id) AS client, count(*) AS contacts
		FROM calls c JOIN call_taggings g ON g.call_id = c.id JOIN support_tags v ON v.id = g.tag_id
		WHERE c.started_at >= $1 AND c.started_at < $2 AND c.direction <> 'local' GROUP BY v.key, v.name, client`, from, to)
	list, err := collect[row](rows, err)
	if err != nil {
		return nil, trace("ContactsByTag", err)
	}
	byKey := map[string]*tickets.TagUse{}
	for i := range all {
		byKey[all[i].Key] = &all[i]
	}
	for _, r := range list {
		u := byKey[r.Key]
		if u == nil {
			u = &tickets.TagUse{Key: r.Key, Name: r.Name, Clients: map[string]struct{}{}}
			byKey[r.Key] = u
		}
		u.Contacts += r.Contacts
		u.Clients[r.Client] = struct{}{}
	}
	out := make([]tickets.TagUse, 0, len(byKey))
	for u := range maps.Values(byKey) {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b tickets.TagUse) int { return strings.Compare(a.Name+"\x00"+a.Key, b.Name+"\x00"+b.Key) })
	return out, nil
}
