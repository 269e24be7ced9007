package tickets

import (
	"context"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// TagUse counts how often clients came with a subject. Clients has a key for each, so that
// rooms above can join their counts (calls have the same vocabulary) without counting a client
// twice.
type TagUse struct {
	Key      string
	Name     string
	Contacts int                 // tickets, or calls
	Clients  map[string]struct{} // "account:12", or an address or number where the account is not known
}

// TagUse returns the use of each word on the tickets filed in [from, to), archived words
// included. Staff only.
func (s *Service) TagUse(ctx context.Context, actor prolong.Actor, from, to time.Time) ([]TagUse, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("TagUse", err)
	}
	type row struct {
		Key, Name string
		Client    string
		Contacts  int
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT v.key, v.name, coalesce('account:' || t.account_id, nullif('email:' || t.contact_email, 'email:'), 'ticket:' || t.id) AS client, count(*) AS contacts
		FROM tickets t JOIN ticket_taggings g ON g.ticket_id = t.id JOIN support_tags v ON v.id = g.tag_id
		WHERE t.created_at >= $1 AND t.created_at < $2 GROUP BY v.key, v.name, client ORDER BY v.name, v.key`, from, to)
	list, err := postgres.Collect[row](rows, err)
	if err != nil {
		return nil, trace("TagUse", err)
	}
	var out []TagUse
	for _, r := range list {
		if len(out) == 0 || out[len(out)-1].Key != r.Key {
			out = append(out, TagUse{Key: r.Key, Name: r.Name, Clients: map[string]struct{}{}})
		}
		u := &out[len(out)-1]
		u.Contacts += r.Contacts
		u.Clients[r.Client] = struct{}{}
	}
	return out, nil
}
