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
				after, postgres.NullableTime(from), postgres.NullableTime(to), exportPageSize)
			list, err := postgres.Collect[callRow](rows, err)
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
	byKey := map[string]*tickets.TagUse{}
	for i := range all {
		byKey[all[i].Key] = &all[i]
	}
	err = s.inTx(ctx, "ContactsByTag", func(ctx context.Context, tx postgres.Tx) error { return s.addCalls(ctx, tx, from, to, byKey) })
	if err != nil {
		return nil, err
	}
	out := make([]tickets.TagUse, 0, len(byKey))
	for u := range maps.Values(byKey) {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b tickets.TagUse) int { return strings.Compare(a.Name+"\x00"+a.Key, b.Name+"\x00"+b.Key) })
	return out, nil
}

// addCalls counts the calls of each subject into byKey.
func (s *Service) addCalls(ctx context.Context, tx postgres.Tx, from, to time.Time, byKey map[string]*tickets.TagUse) error {
	type row struct {
		TagID    int64
		Client   string
		Contacts int
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT g.tag_id, coalesce('account:' || c.account_id, nullif('phone:' || c.client_phone, 'phone:'), 'call:' || c.id) AS client, count(*) AS contacts
		FROM calls c JOIN call_taggings g ON g.call_id = c.id
		WHERE c.started_at >= $1 AND c.started_at < $2 AND c.direction <> 'local' GROUP BY g.tag_id, client`, from, to)
	list, err := postgres.Collect[row](rows, err)
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.TagID
	}
	words, err := s.tickets.TagsByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, r := range list {
		word := words[r.TagID]
		u := byKey[word.Key]
		if u == nil {
			u = &tickets.TagUse{Key: word.Key, Name: word.Name, Clients: map[string]struct{}{}}
			byKey[word.Key] = u
		}
		u.Contacts += r.Contacts
		u.Clients[r.Client] = struct{}{}
	}
	return nil
}
