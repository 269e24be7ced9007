package tickets

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

const exportPageSize = 500

// EachTicket hands every ticket filed in [from, to) to yield, oldest first, with its tags; a
// zero bound does not restrict. It reads page by page, so any number of tickets takes little
// memory, and stops at the first error of yield. Staff only.
func (s *Service) EachTicket(ctx context.Context, actor prolong.Actor, from, to time.Time, yield func(t Ticket, tagKeys []string) error) error {
	if err := requireStaff(actor); err != nil {
		return trace("EachTicket", err)
	}
	type row struct {
		ticketRow
		Tags []string
	}
	for after := int64(0); ; {
		rows, err := s.db.Pool.Query(ctx, `SELECT `+ticketColumns+`,
				array(SELECT v.key FROM ticket_taggings g JOIN support_tags v ON v.id = g.tag_id WHERE g.ticket_id = t.id ORDER BY v.key) AS tags
			FROM tickets t WHERE t.id > $1 AND ($2::timestamptz IS NULL OR t.created_at >= $2) AND ($3::timestamptz IS NULL OR t.created_at < $3) ORDER BY t.id LIMIT $4`,
			after, postgres.NullableTime(from), postgres.NullableTime(to), exportPageSize)
		list, err := postgres.Collect[row](rows, err)
		if err != nil {
			return trace("EachTicket", err)
		}
		for i := range list {
			if err := yield(list[i].ticket(), list[i].Tags); err != nil {
				return err
			}
			after = list[i].ID
		}
		if len(list) < exportPageSize {
			return nil
		}
	}
}

// Numbers returns which number people know every ticket by, by its id: for exports whose rows
// name tickets. Staff only.
func (s *Service) Numbers(ctx context.Context, actor prolong.Actor) (map[int64]int64, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Numbers", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT id, number FROM tickets`)
	if err != nil {
		return nil, trace("Numbers", err)
	}
	numbers := map[int64]int64{}
	var id, number int64
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		numbers[id] = number
		return nil
	})
	return numbers, trace("Numbers", err)
}
