package tickets

import (
	"context"
	"errors"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// Tag is a word of the vocabulary that tickets and calls share.
type Tag struct {
	ID         int64
	Key        string // "billing-question": lower case, digits, hyphens
	Name       string // as people read it
	ArchivedAt time.Time
}

type tagRow struct {
	ID         int64
	Key        string
	Name       string
	ArchivedAt *time.Time
}

func (r tagRow) tag() Tag {
	return Tag{ID: r.ID, Key: r.Key, Name: r.Name, ArchivedAt: postgres.Value(r.ArchivedAt)}
}

// Tags returns the vocabulary in the order of names; archived ones only if asked for.
func (s *Service) Tags(ctx context.Context, actor prolong.Actor, archived bool) ([]Tag, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Tags", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT id, key, name, archived_at FROM support_tags WHERE $1 OR archived_at IS NULL ORDER BY name, key`, archived)
	list, err := postgres.Collect[tagRow](rows, err)
	tags := make([]Tag, 0, len(list))
	for _, r := range list {
		tags = append(tags, r.tag())
	}
	return tags, trace("Tags", err)
}

// ApplyTags makes the words of the vocabulary as given, by key: new ones are added, names are
// changed, archived ones come back. Words that are not named stay.
func (s *Service) ApplyTags(ctx context.Context, actor prolong.Actor, tags []Tag) error {
	if err := requireStaff(actor); err != nil {
		return trace("ApplyTags", err)
	}
	return s.inTx(ctx, "ApplyTags", func(ctx context.Context, tx postgres.Tx) error {
		for _, t := range tags {
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO support_tags (key, name, actor, created_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (key) DO UPDATE SET name = excluded.name, archived_at = NULL`, t.Key, strings.TrimSpace(t.Name), actor.String(), tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
}

// ArchiveTag takes a word out of the vocabulary; what bears it keeps it. Returns CodeNotFound.
func (s *Service) ArchiveTag(ctx context.Context, actor prolong.Actor, key string) error {
	if err := requireStaff(actor); err != nil {
		return trace("ArchiveTag", err)
	}
	return s.inTx(ctx, "ArchiveTag", func(ctx context.Context, tx postgres.Tx) error {
		tag, err := tx.Pgx.Exec(ctx, `UPDATE support_tags SET archived_at = $2 WHERE key = $1 AND archived_at IS NULL`, key, tx.Now)
		if err == nil && tag.RowsAffected() == 0 {
			return tagUnknown(key)
		}
		return err
	})
}

// TagID returns the id of a word that is in use, for packages above that tag things of their
// own in their transaction. Returns CodeInvalid for an unknown or archived one.
func (s *Service) TagID(ctx context.Context, tx postgres.Tx, key string) (int64, error) {
	return tagID(ctx, tx, key)
}

// FindTag returns a word of the vocabulary by its key, an archived one as well, for packages above
// in their transaction; false if there is none.
func (s *Service) FindTag(ctx context.Context, tx postgres.Tx, key string) (Tag, bool, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, key, name, archived_at FROM support_tags WHERE key = $1`, key)
	r, err := postgres.CollectOne[tagRow](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return Tag{}, false, nil
	}
	return r.tag(), err == nil, err
}

// TagsByID returns words of the vocabulary, archived ones as well, for packages above that keep
// ids of words in tables of their own.
func (s *Service) TagsByID(ctx context.Context, tx postgres.Tx, ids []int64) (map[int64]Tag, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, key, name, archived_at FROM support_tags WHERE id = ANY($1)`, ids)
	list, err := postgres.Collect[tagRow](rows, err)
	tags := make(map[int64]Tag, len(list))
	for _, r := range list {
		tags[r.ID] = r.tag()
	}
	return tags, err
}

func tagID(ctx context.Context, tx postgres.Tx, key string) (int64, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, key, name, archived_at FROM support_tags WHERE key = $1 AND archived_at IS NULL`, key)
	r, err := postgres.CollectOne[tagRow](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return 0, tagUnknown(key)
	}
	return r.ID, err
}

func tagUnknown(key string) error {
	return prolong.NewError(prolong.CodeInvalid, "error.tag_unknown", prolong.Args{"Key": key})
}

// Tag puts a word of the vocabulary on a ticket. Tagging twice is no error.
func (s *Service) Tag(ctx context.Context, actor prolong.Actor, ticketID int64, key string) error {
	return s.change(ctx, "Tag", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, _ author) (any, any, error) {
		return "", key, tagTicket(ctx, tx, actor, t.ID, key)
	})
}

// Untag takes a word off a ticket. It is no error if it was not there.
func (s *Service) Untag(ctx context.Context, actor prolong.Actor, ticketID int64, key string) error {
	return s.change(ctx, "Untag", actor, ticketID, func(ctx context.Context, tx postgres.Tx, t *ticketRow, _ author) (any, any, error) {
		_, err := tx.Pgx.Exec(ctx, `DELETE FROM ticket_taggings g USING support_tags v WHERE v.id = g.tag_id AND g.ticket_id = $1 AND v.key = $2`, t.ID, key)
		return key, "", err
	})
}

func tagTicket(ctx context.Context, tx postgres.Tx, actor prolong.Actor, ticketID int64, key string) error {
	id, err := tagID(ctx, tx, key)
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO ticket_taggings (ticket_id, tag_id, actor, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		ticketID, id, actor.String(), tx.Now)
	return err
}

// loadTags returns the words on tickets by ticket.
func loadTags(ctx context.Context, tx postgres.Tx, ticketIDs []int64) (map[int64][]Tag, error) {
	type row struct {
		TicketID int64
		tagRow
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT g.ticket_id, v.id, v.key, v.name, v.archived_at FROM ticket_taggings g JOIN support_tags v ON v.id = g.tag_id
		WHERE g.ticket_id = ANY($1) ORDER BY g.ticket_id, v.name`, ticketIDs)
	list, err := postgres.Collect[row](rows, err)
	byTicket := map[int64][]Tag{}
	for _, r := range list {
		byTicket[r.TicketID] = append(byTicket[r.TicketID], r.tag())
	}
	return byTicket, err
}
