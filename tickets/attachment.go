package tickets

import (
	"context"
	"errors"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// File is an attachment with its bytes.
type File struct {
	Attachment
	Data []byte
}

// attachmentRow is a row of ticket_attachments.
type attachmentRow struct {
	ID          int64
	TicketID    int64
	MessageID   int64
	Name        string
	ContentType string
	Size        int64
	SHA256      []byte
	ContentID   string
	Inline      bool
	Blocked     bool
}

const attachmentColumns = `a.id, a.ticket_id, a.message_id, a.name, a.content_type, a.size, a.sha256, a.content_id, a.inline, a.blocked`

func (r attachmentRow) attachment() Attachment {
	return Attachment{ID: r.ID, Name: r.Name, ContentType: r.ContentType, Size: r.Size, Inline: r.Inline, Blocked: r.Blocked}
}

// insertFiles writes the files of a message; equal bytes are stored once.
func insertFiles(ctx context.Context, tx postgres.Tx, t *ticketRow, messageID int64, files []mail.Attachment) error {
	for i, f := range files {
		if !f.Blocked {
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_files (sha256, data) VALUES ($1, $2) ON CONFLICT DO NOTHING`, f.SHA256[:], f.Data); err != nil {
				return err
			}
		}
		if _, err := tx.Pgx.Exec(ctx, `
			INSERT INTO ticket_attachments (ticket_id, account_id, message_id, position, name, content_type, size, sha256, content_id, inline, blocked)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			t.ID, t.AccountID, messageID, i, storable(f.Name), storable(f.ContentType), f.Size, f.SHA256[:], storable(f.ContentID), f.Inline, f.Blocked); err != nil {
			return err
		}
	}
	return nil
}

// AttachmentFile returns a file of a ticket that the actor may see. A contact gets the files of
// public messages only. Returns CodeNotFound for anything else and for a blocked file. Whoever
// serves it must say "attachment" and "nosniff": its type is the sender's word.
func (s *Service) AttachmentFile(ctx context.Context, actor prolong.Actor, id int64) (File, error) {
	var file File
	err := s.inTx(ctx, "AttachmentFile", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		where := `a.id = ` + args.Add(id) + ` AND ` + sc.where(args)
		if !sc.all {
			where += ` AND m.kind = 'public' AND NOT m.folded`
		}
		file, err = loadFile(ctx, tx, where, args)
		return err
	})
	return file, err
}

// AttachmentContent returns a file for a letter of ours that carries it: the outbox asks for
// it, under the kind "ticket_attachment", when it sends.
func (s *Service) AttachmentContent(ctx context.Context, id int64) (name, contentType string, data []byte, err error) {
	err = s.inTx(ctx, "AttachmentContent", func(ctx context.Context, tx postgres.Tx) error {
		args := &postgres.Args{}
		file, err := loadFile(ctx, tx, `a.id = `+args.Add(id), args)
		name, contentType, data = file.Name, file.ContentType, file.Data
		return err
	})
	return name, contentType, data, err
}

func loadFile(ctx context.Context, tx postgres.Tx, where string, args *postgres.Args) (File, error) {
	type row struct {
		attachmentRow
		Data []byte
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+attachmentColumns+`, f.data
		FROM ticket_attachments a JOIN ticket_messages m ON m.id = a.message_id JOIN tickets t ON t.id = a.ticket_id JOIN ticket_files f ON f.sha256 = a.sha256
		WHERE NOT a.blocked AND `+where, args.Values...)
	r, err := postgres.CollectOne[row](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return File{}, prolong.NewError(prolong.CodeNotFound, "error.ticket_file_not_found", nil)
	}
	return File{Attachment: r.attachment(), Data: r.Data}, err
}

// loadAttachments returns the files of messages by message.
func loadAttachments(ctx context.Context, tx postgres.Tx, messageIDs []int64) (map[int64][]Attachment, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+attachmentColumns+` FROM ticket_attachments a WHERE a.message_id = ANY($1) ORDER BY a.message_id, a.position`, messageIDs)
	list, err := postgres.Collect[attachmentRow](rows, err)
	byMessage := map[int64][]Attachment{}
	for _, r := range list {
		byMessage[r.MessageID] = append(byMessage[r.MessageID], r.attachment())
	}
	return byMessage, err
}
