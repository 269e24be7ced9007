package telephony

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets"
)

// changeCall runs a use case of staff on one locked call and writes it into the trail.
func (s *Service) changeCall(ctx context.Context, op string, actor prolong.Actor, callID int64, fn func(ctx context.Context, tx postgres.Tx, r *callRow) error) error {
	if err := requireStaff(actor); err != nil {
		return trace(op, err)
	}
	return s.inTx(ctx, op, func(ctx context.Context, tx postgres.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.id = $1 FOR NO KEY UPDATE`, callID)
		r, err := postgres.CollectOne[callRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return notFound(callID)
		}
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, &r); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "call."+strings.ToLower(strings.TrimSuffix(op, "Call")), "call", callID, postgres.Value(r.AccountID))
	})
}

// record writes an act of staff into the audit trail.
func (s *Service) record(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action, kind string, id, accountID int64) error {
	if actor.Kind != prolong.ActorStaff {
		return nil
	}
	return s.trail.Record(ctx, tx, tickets.TrailEntry{Actor: actor, Action: action, SubjectKind: kind, SubjectID: id, AccountID: accountID})
}

// TagCall puts a word of the vocabulary, which tickets share, on a call. Tagging twice is no
// error. Returns CodeInvalid for an unknown word.
func (s *Service) TagCall(ctx context.Context, actor prolong.Actor, callID int64, key string) error {
	return s.changeCall(ctx, "TagCall", actor, callID, func(ctx context.Context, tx postgres.Tx, r *callRow) error {
		tagID, err := s.tickets.TagID(ctx, tx, key)
		if err != nil {
			return err
		}
		_, err = tx.Pgx.Exec(ctx, `INSERT INTO call_taggings (call_id, tag_id, actor, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, r.ID, tagID, actor.String(), tx.Now)
		return err
	})
}

// UntagCall takes a word off a call. It is no error if it was not there.
func (s *Service) UntagCall(ctx context.Context, actor prolong.Actor, callID int64, key string) error {
	return s.changeCall(ctx, "UntagCall", actor, callID, func(ctx context.Context, tx postgres.Tx, r *callRow) error {
		tag, _, err := s.tickets.FindTag(ctx, tx, key)
		if err != nil {
			return err
		}
		_, err = tx.Pgx.Exec(ctx, `DELETE FROM call_taggings WHERE call_id = $1 AND tag_id = $2`, r.ID, tag.ID)
		return err
	})
}

// NoteCall writes down what a call was about, in place of what was written before.
func (s *Service) NoteCall(ctx context.Context, actor prolong.Actor, callID int64, note string) error {
	note = strings.ToValidUTF8(strings.ReplaceAll(strings.TrimSpace(note), "\x00", ""), "\uFFFD")
	if len(note) > noteBytesMax {
		return trace("NoteCall", prolong.NewError(prolong.CodeInvalid, "error.call_note_long", prolong.Args{"Max": noteBytesMax >> 10}))
	}
	return s.changeCall(ctx, "NoteCall", actor, callID, func(ctx context.Context, tx postgres.Tx, r *callRow) error {
		_, err := tx.Pgx.Exec(ctx, `UPDATE calls SET note = $2 WHERE id = $1`, r.ID, note)
		return err
	})
}

// SetCallAccount says whose call it was. With remember, calls of the number are taken for this
// client's from now on.
func (s *Service) SetCallAccount(ctx context.Context, actor prolong.Actor, callID, accountID int64, remember bool) error {
	return s.changeCall(ctx, "SetCallAccount", actor, callID, func(ctx context.Context, tx postgres.Tx, r *callRow) error {
		if accountID == 0 {
			return prolong.NewError(prolong.CodeInvalid, "error.call_account_unknown", nil)
		}
		if _, err := tx.Pgx.Exec(ctx, `UPDATE calls SET account_id = $2, contact_id = NULL, decided = true WHERE id = $1`, r.ID, accountID); err != nil {
			return err
		}
		if r.ClientPhone != "" {
			if _, err := tx.Pgx.Exec(ctx, `UPDATE callbacks SET account_id = $2 WHERE client_phone = $1 AND state = 'open'`, r.ClientPhone, accountID); err != nil {
				return err
			}
		}
		if !remember || r.ClientPhone == "" {
			return nil
		}
		_, err := tx.Pgx.Exec(ctx, `INSERT INTO phone_owners (phone, account_id, actor, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (phone) DO UPDATE SET account_id = excluded.account_id, actor = excluded.actor, created_at = excluded.created_at`,
			r.ClientPhone, accountID, actor.String(), tx.Now)
		return err
	})
}

// LinkCall ties a call to a ticket, 0 to none.
func (s *Service) LinkCall(ctx context.Context, actor prolong.Actor, callID, ticketID int64) error {
	return s.changeCall(ctx, "LinkCall", actor, callID, func(ctx context.Context, tx postgres.Tx, r *callRow) error {
		_, err := tx.Pgx.Exec(ctx, `UPDATE calls SET ticket_id = $2 WHERE id = $1`, r.ID, postgres.Nullable(ticketID))
		return err
	})
}

// FileCallTicket files a ticket about a call, on behalf of the caller, and ties the two
// together. The text is what the agent wrote down.
func (s *Service) FileCallTicket(ctx context.Context, actor prolong.Actor, callID int64, subject, text string) (tickets.Ticket, error) {
	c, err := s.FindCall(ctx, actor, callID)
	if err != nil {
		return tickets.Ticket{}, err
	}
	if err := requireStaff(actor); err != nil {
		return tickets.Ticket{}, trace("FileCallTicket", err)
	}
	t, err := s.tickets.FileTicket(ctx, actor, tickets.NewTicket{
		AccountID: c.AccountID, ContactID: c.ContactID, Name: c.Phone, Subject: subject, Text: text, Channel: tickets.ChannelPhone,
		RequestKey: "call:" + strconv.FormatInt(callID, 10), // a second click finds the first one's ticket
	})
	if err != nil {
		return tickets.Ticket{}, err
	}
	return t, s.LinkCall(ctx, actor, callID, t.ID)
}

// ExtensionSeat says who sits at an extension.
type ExtensionSeat struct {
	Line      string
	Extension string
	StaffID   int64
	Forward   string // a mobile that the extension forwards to, as typed; "" for none
}

// ApplyExtensions makes the seats of a line as given; seats that are not named are given up.
// Calls that come from then on know their agents.
func (s *Service) ApplyExtensions(ctx context.Context, actor prolong.Actor, lineKey string, seats []ExtensionSeat) error {
	if err := requireStaff(actor); err != nil {
		return trace("ApplyExtensions", err)
	}
	line, err := s.line(lineKey)
	if err != nil {
		return trace("ApplyExtensions", err)
	}
	return s.inTx(ctx, "ApplyExtensions", func(ctx context.Context, tx postgres.Tx) error {
		if err := openLine(ctx, tx, lineKey); err != nil {
			return err
		}
		if _, err := tx.Pgx.Exec(ctx, `DELETE FROM phone_extensions WHERE line = $1`, lineKey); err != nil {
			return err
		}
		for _, seat := range seats {
			ext, forward := onlyDigits(seat.Extension), ReadNumber(line.Country, seat.Forward).Phone
			if ext == "" || len(ext) > extensionDigitsMax || seat.Forward != "" && forward == "" {
				return prolong.NewError(prolong.CodeInvalid, "error.call_extension_invalid", prolong.Args{"Value": seat.Extension + " " + seat.Forward})
			}
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO phone_extensions (line, extension, staff_id, forward) VALUES ($1, $2, $3, $4)`, lineKey, ext, seat.StaffID, string(forward)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Extensions returns who sits where. Staff only.
func (s *Service) Extensions(ctx context.Context, actor prolong.Actor) ([]ExtensionSeat, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("Extensions", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT line, extension, staff_id, forward FROM phone_extensions ORDER BY line, extension`)
	list, err := postgres.Collect[ExtensionSeat](rows, err)
	return list, trace("Extensions", err)
}
