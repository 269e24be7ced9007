package notify

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"prolong"
	"prolong/internal/postgres"
)

// attachmentsMax bounds the files of one message.
const attachmentsMax = 20

// Queue writes messages into the outbox in the caller's transaction, with one job for each:
// they leave if and only if the transaction commits. A message whose purpose, subject,
// recipient and occasion are there already is left out, so a repeated use case says nothing twice.
// It returns how many are new and on their way; a message to an impossible address is stored
// as failed, where people see it, and must not stop the business that it tells about.
//
// An error means a mistake of the caller (an incomplete payload) or of the database; the
// caller must roll back.
func (s *Service) Queue(ctx context.Context, tx postgres.Tx, msgs ...Message) (queued int, err error) {
	if len(msgs) == 0 {
		return 0, nil
	}
	held, err := s.heldUntil(ctx, tx, msgs)
	if err != nil {
		return 0, prolong.Wrap("notify.Queue", err)
	}
	b := newBatch(len(msgs))
	for _, m := range msgs {
		if err := s.addTo(b, m, held(m), tx); err != nil {
			return 0, prolong.Wrap("notify.Queue", err)
		}
	}
	added, err := insertBatch(ctx, tx, b)
	if err != nil {
		return 0, prolong.Wrap("notify.Queue", err)
	}
	sends := make([]river.JobArgs, 0, len(added))
	for _, a := range added {
		if a.state != StateQueued {
			continue
		}
		if queued++; !a.held {
			sends = append(sends, SendArgs{MessageID: a.id, Urgent: purposes[a.purpose].urgent})
		}
	}
	if len(sends) > 0 {
		if err := s.enqueuer.Enqueue(ctx, tx, sends...); err != nil {
			return 0, prolong.Wrap("notify.Queue", err)
		}
	}
	return queued, nil
}

// addTo checks a message and adds its row to the batch. A letter that is not sent before an
// instant gets no job: the sweep of that hour gives it one.
func (s *Service) addTo(b *batch, m Message, until time.Time, tx postgres.Tx) error {
	spec, err := m.validate()
	if err != nil {
		return err
	}
	if len(m.Attachments) > attachmentsMax {
		return fmt.Errorf("message about %s %d: more than %d attachments", m.Subject.Kind, m.Subject.ID, attachmentsMax)
	}
	payload, err := json.Marshal(m.Payload)
	if err != nil {
		return err
	}
	head, err := json.Marshal(m.Letterhead)
	if err != nil {
		return err
	}
	attachments := []byte("[]")
	if len(m.Attachments) > 0 {
		if attachments, err = json.Marshal(m.Attachments); err != nil {
			return err
		}
	}
	state, reason := StateQueued, ""
	recipient, err := ParseAddress(m.Recipient.Email)
	if err != nil {
		// kept as it was written, so that people see what to repair
		recipient, state, reason = orDash(clip(m.Recipient.Email)), StateFailed, err.Error()
		until = time.Time{}
		if spec.secret {
			payload = []byte("{}")
		}
	}
	messageID := newMessageID(s.cfg.Domain)
	if spec.marketing && m.UnsubscribeURL == "" {
		if m.UnsubscribeURL = s.unsubscribeURL(messageID); m.UnsubscribeURL == "" {
			return fmt.Errorf("message about %s %d: a marketing letter needs Config.UnsubscribeURL", m.Subject.Kind, m.Subject.ID)
		}
	}
	references := m.References
	if len(references) == 0 && m.InReplyTo == "" {
		// nobody has sent this id; it ties the letters about one row into one thread
		thread := cmp.Or(m.Thread, m.Subject)
		references = []string{fmt.Sprintf("%s-%d@%s", thread.Kind, thread.ID, s.cfg.Domain)}
	}
	b.accountIDs = append(b.accountIDs, nullable(int64(m.AccountID)))
	b.attachments = append(b.attachments, string(attachments))
	b.expires = append(b.expires, nullableTime(m.Expires))
	b.inReplyTo = append(b.inReplyTo, m.InReplyTo)
	b.languages = append(b.languages, string(m.language()))
	b.letterheads = append(b.letterheads, string(head))
	b.messageIDs = append(b.messageIDs, messageID)
	b.names = append(b.names, oneLine(m.Recipient.Name))
	b.notBefore = append(b.notBefore, nullableTime(until))
	b.occasions = append(b.occasions, int32(m.Occasion)) //nolint:gosec // a small count
	b.payloads = append(b.payloads, string(payload))
	b.purposes = append(b.purposes, string(m.Payload.Purpose()))
	b.queuedAt = tx.Now
	b.reasons = append(b.reasons, reason)
	b.recipients = append(b.recipients, recipient)
	b.references = append(b.references, strings.Join(references, " "))
	b.replyTo = append(b.replyTo, m.ReplyTo)
	b.sellerIDs = append(b.sellerIDs, nullable(int64(m.SellerID)))
	b.states = append(b.states, string(state))
	b.subjectIDs = append(b.subjectIDs, m.Subject.ID)
	b.subjectKinds = append(b.subjectKinds, m.Subject.Kind)
	b.unsubscribe = append(b.unsubscribe, m.UnsubscribeURL)
	return nil
}

// newMessageID draws a Message-ID without brackets. Its local part cannot be guessed: it is the
// token by which answers and unsubscribing find the message.
func newMessageID(domain string) string { return strings.ToLower(rand.Text()) + "@" + domain }

// oneLine makes a name safe for a header.
func oneLine(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ") }

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
