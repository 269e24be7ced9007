package tickets

import (
	"context"
	"fmt"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// Reply is an answer or a note.
type Reply struct {
	Text  string
	Files []Upload
	// Status is what the ticket becomes; staff only. "" means: waiting for the client.
	Status Status
	// SeenMessageID is the last entry of the thread that the writer had before him. If somebody
	// else has written since, the answer is refused, so that nobody answers past a colleague.
	// 0 skips the check.
	SeenMessageID int64
	// RequestKey, if set, makes a repeated request write nothing: the first message counts.
	RequestKey string
}

// Reply answers in a ticket. The answer of staff goes to the client by mail as well and keeps
// the promises of an answer; the message of a contact sets the ticket to work again. Returns
// the id of the message; CodeConflict if somebody was faster or the ticket is closed.
func (s *Service) Reply(ctx context.Context, actor prolong.Actor, ticketID int64, r Reply) (messageID int64, err error) {
	err = s.inTx(ctx, "Reply", func(ctx context.Context, tx postgres.Tx) error {
		t, a, body, files, repeated, err := s.beforeWriting(ctx, tx, actor, ticketID, r)
		if err != nil || repeated != 0 {
			messageID = repeated
			return err
		}
		if t.Status == StatusClosed {
			return prolong.NewError(prolong.CodeConflict, "error.ticket_closed", prolong.Args{"Number": t.Number})
		}
		m := newMessage{kind: MessagePublic, channel: ChannelCabinet, author: a, body: body, files: files, requestKey: r.RequestKey}
		if a.client() {
			messageID, err = s.clientWrote(ctx, tx, t, m, tx.Now)
			return err
		}
		m.channel = ChannelOffice
		if messageID, err = s.agentAnswered(ctx, tx, t, m, r.Status); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "ticket.reply", t, nil, map[string]any{"message": messageID})
	})
	return messageID, err
}

// Note writes a note that only staff can read. It moves no clock and no status.
func (s *Service) Note(ctx context.Context, actor prolong.Actor, ticketID int64, r Reply) (messageID int64, err error) {
	if err := requireStaff(actor); err != nil {
		return 0, trace("Note", err)
	}
	err = s.inTx(ctx, "Note", func(ctx context.Context, tx postgres.Tx) error {
		t, a, body, files, repeated, err := s.beforeWriting(ctx, tx, actor, ticketID, r)
		if err != nil || repeated != 0 {
			messageID = repeated
			return err
		}
		if messageID, err = insertMessage(ctx, tx, t, newMessage{
			kind: MessageNote, channel: ChannelOffice, author: a, body: body, files: files, requestKey: r.RequestKey,
		}); err != nil {
			return err
		}
		return saveTicket(ctx, tx, t)
	})
	return messageID, err
}

// beforeWriting locks the ticket and checks what is to be written. repeated is the message
// that an earlier copy of the request has written.
func (s *Service) beforeWriting(ctx context.Context, tx postgres.Tx, actor prolong.Actor, ticketID int64, r Reply) (
	t *ticketRow, a author, body string, files []mail.Attachment, repeated int64, err error,
) {
	if t, err = s.lockVisible(ctx, tx, actor, ticketID); err != nil {
		return nil, author{}, "", nil, 0, err
	}
	if repeated, err = findRepeated(ctx, tx, ticketID, r.RequestKey); err != nil || repeated != 0 {
		return t, author{}, "", nil, repeated, err
	}
	if a, err = s.authorOf(ctx, tx, actor); err != nil {
		return t, a, "", nil, 0, err
	}
	if files, err = checkUploads(r.Files); err != nil {
		return t, a, "", nil, 0, err
	}
	if body, err = checkBody(r.Text, files); err != nil {
		return t, a, "", nil, 0, err
	}
	return t, a, body, files, 0, unseen(ctx, tx, t, a, r.SeenMessageID)
}

// unseen refuses to write past something that the writer has not seen: for staff any message
// or note of somebody else.
func unseen(ctx context.Context, tx postgres.Tx, t *ticketRow, a author, seen int64) error {
	if seen == 0 || a.client() {
		return nil
	}
	var news bool
	err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ticket_messages WHERE ticket_id = $1 AND id > $2 AND kind IN ('public', 'note') AND NOT folded
		AND NOT (author_kind = $3 AND author_id IS NOT DISTINCT FROM $4))`, t.ID, seen, a.kind, postgres.Nullable(a.id)).Scan(&news)
	if err == nil && news {
		return prolong.NewError(prolong.CodeConflict, "error.ticket_answered_meanwhile", prolong.Args{"Number": t.Number})
	}
	return err
}

// clientWrote takes a message of the client into a ticket that is not closed: the vendor has
// to act again. at is when he wrote, which may be before now.
func (s *Service) clientWrote(ctx context.Context, tx postgres.Tx, t *ticketRow, m newMessage, at time.Time) (int64, error) {
	id, err := insertMessage(ctx, tx, t, m)
	if err != nil {
		return 0, err
	}
	clocks, err := s.clocksOf(ctx, tx, t, m.author.actor, at)
	if err != nil {
		return 0, err
	}
	if err := s.moveStatus(ctx, tx, t, clocks, m.author, t.Status.afterClientMessage()); err != nil {
		return 0, err
	}
	if err := clocks.clientWrote(ctx, tx); err != nil {
		return 0, err
	}
	if err := clocks.save(ctx, tx); err != nil {
		return 0, err
	}
	t.LastClientAt = &tx.Now
	return id, saveTicket(ctx, tx, t)
}

// agentAnswered takes an answer of staff and sends it to the client.
func (s *Service) agentAnswered(ctx context.Context, tx postgres.Tx, t *ticketRow, m newMessage, to Status) (int64, error) {
	if to == "" {
		to = StatusWaiting
	}
	if to != t.Status && !t.Status.May(to, prolong.ActorStaff) {
		return 0, statusRefused(t.Status, to)
	}
	id, err := insertMessage(ctx, tx, t, m)
	if err != nil {
		return 0, err
	}
	clocks, err := s.clocksOf(ctx, tx, t, m.author.actor, tx.Now)
	if err != nil {
		return 0, err
	}
	clocks.agentAnswered()
	t.LastAgentAt = &tx.Now
	if t.FirstAgentAt == nil {
		t.FirstAgentAt = &tx.Now
	}
	if t.AssigneeID == nil && m.author.kind == AuthorStaff { // who answers first takes it
		t.AssigneeID = &m.author.id
	}
	if err := s.moveStatus(ctx, tx, t, clocks, m.author, to); err != nil {
		return 0, err
	}
	if err := clocks.save(ctx, tx); err != nil {
		return 0, err
	}
	if err := saveTicket(ctx, tx, t); err != nil {
		return 0, err
	}
	return id, s.sendReply(ctx, tx, t, id, m)
}

// moveStatus changes the status with everything that hangs on it: clocks, stamps, the line in
// the thread. It does nothing if the status is the same.
func (s *Service) moveStatus(ctx context.Context, tx postgres.Tx, t *ticketRow, clocks *clockSet, a author, to Status) error {
	from := t.Status
	if from == to {
		return nil
	}
	if err := clocks.statusChanged(from, to); err != nil {
		return err
	}
	t.Status = to
	t.ResolvedAt, t.ClosedAt = nil, nil
	if to == StatusResolved {
		t.ResolvedAt = &tx.Now
	}
	if to == StatusClosed {
		t.ClosedAt = &tx.Now
	}
	return insertEvent(ctx, tx, t, a, EventStatus, prolong.Args{"From": string(from), "To": string(to)})
}

// statusRefused says that the table of transitions does not have this change; the two statuses
// are for the log.
func statusRefused(from, to Status) error {
	return prolong.NewError(prolong.CodeConflict, "error.ticket_status_refused", nil).Because(fmt.Errorf("from %q to %q", from, to))
}
