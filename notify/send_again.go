package notify

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// SendAgain queues a copy of a message, to its recipient or, with an address, to another one. It
// leaves at once under a Message-ID of its own and with today's wording; files are drawn from
// their frozen papers. The caller has checked the actor's right. Returns CodeNotFound,
// CodeInvalid for a bad address, CodeConflict for a message whose content is wiped.
func (s *Service) SendAgain(ctx context.Context, actor prolong.Actor, id int64, address string) (copyID int64, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, err := gorm.G[messageRow](tx.DB).Where("id = ?", id).First(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notFound(id)
		}
		if err != nil {
			return err
		}
		if purposes[Purpose(row.Purpose)].secret {
			return prolong.NewError(prolong.CodeConflict, "error.message_secret", nil)
		}
		if address == "" {
			address = row.Recipient
		}
		to, err := ParseAddress(address)
		if err != nil {
			return err
		}
		name := row.RecipientName
		if to != row.Recipient {
			name = "" // somebody else's
		}
		const sql = `
			INSERT INTO messages (purpose, subject_kind, subject_id, account_id, seller_id, recipient, recipient_name, occasion, copy, language, letterhead, reply_to, unsubscribe_url,
				message_id, in_reply_to, reference_ids, payload, attachments, state, queued_at)
			SELECT purpose, subject_kind, subject_id, account_id, seller_id, $2, $3, occasion,
				(SELECT coalesce(max(c.copy), 0) + 1 FROM messages c WHERE c.purpose = m.purpose AND c.subject_kind = m.subject_kind AND c.subject_id = m.subject_id AND c.occasion = m.occasion AND c.recipient = $2),
				language, letterhead, reply_to, unsubscribe_url, $4, in_reply_to, reference_ids, payload, attachments, 'queued', $5
			FROM messages m WHERE m.id = $1 RETURNING id`
		if err := tx.Pgx.QueryRow(ctx, sql, id, to, name, newMessageID(s.cfg.Domain), tx.Now).Scan(&copyID); err != nil {
			return err
		}
		if err := s.auditMessage(ctx, tx, actor, "letter.send_again", copyID, row.AccountID); err != nil {
			return err
		}
		return s.enqueuer.Enqueue(ctx, tx, SendArgs{MessageID: copyID, Urgent: true})
	})
	return copyID, prolong.Wrap("notify.SendAgain", err)
}
