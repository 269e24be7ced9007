package telephony

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// callRow is a row of calls.
type callRow struct {
	ID           int64
	Line         string
	UUID         string
	Direction    Direction
	State        CallState
	Outcome      Outcome
	AccountID    *int64
	ContactID    *int64
	Decided      bool
	ClientPhone  string
	ClientRaw    string
	Extension    string
	AgentID      *int64
	Trunk        string
	StartedAt    time.Time
	AnsweredAt   *time.Time
	EndedAt      *time.Time
	TalkSeconds  int
	TotalSeconds int
	Cause        string
	Final        bool
	TicketID     *int64
	Note         string
	Raw          json.RawMessage
}

const callColumns = `c.id, c.line, c.uuid, c.direction, c.state, c.outcome, c.account_id, c.contact_id, c.decided, c.client_phone, c.client_raw, c.extension, c.agent_id,
	c.trunk, c.started_at, c.answered_at, c.ended_at, c.talk_seconds, c.total_seconds, c.cause, c.final, c.ticket_id, c.note, c.raw`

// fromCallRow and takeOver are the only way across between the row and the ledger's rules.
func fromCallRow(r *callRow) ledgerCall {
	return ledgerCall{
		uuid: r.UUID, direction: r.Direction, state: r.State, outcome: r.Outcome, client: Number{Raw: r.ClientRaw, Phone: prolong.Phone(r.ClientPhone), Extension: extensionIn(r)},
		extension: r.Extension, trunk: r.Trunk, startedAt: r.StartedAt, answeredAt: postgres.Value(r.AnsweredAt), endedAt: postgres.Value(r.EndedAt),
		talk: r.TalkSeconds, total: r.TotalSeconds, cause: r.Cause, final: r.Final, raw: r.Raw,
	}
}

// extensionIn is the client's side as an extension, for local calls.
func extensionIn(r *callRow) string {
	if r.ClientPhone == "" && len(r.ClientRaw) <= extensionDigitsMax {
		return r.ClientRaw
	}
	return ""
}

// takeOver puts the ledger's verdict into the row and leaves what people added alone.
func (r *callRow) takeOver(c ledgerCall) {
	r.UUID, r.Direction, r.State, r.Outcome = c.uuid, c.direction, c.state, c.outcome
	r.ClientPhone, r.ClientRaw, r.Extension, r.Trunk = string(c.client.Phone), clip(c.client.Raw, 80), clip(c.extension, 40), clip(c.trunk, 80)
	r.StartedAt, r.AnsweredAt, r.EndedAt = c.startedAt, postgres.NullableTime(c.answeredAt), postgres.NullableTime(c.endedAt)
	r.TalkSeconds, r.TotalSeconds, r.Cause, r.Final = c.talk, c.total, clip(c.cause, 80), c.final
	if len(c.raw) > 0 {
		r.Raw = c.raw
	}
}

// lockCall returns the row of a call and keeps it from others until the transaction ends; a
// call that is not there yet is inserted first, because a row that does not exist cannot be
// locked.
func lockCall(ctx context.Context, tx postgres.Tx, line, uuid string) (*callRow, bool, error) {
	// The lock makes two first pieces of news wait for each other, in one order, without the
	// half-empty row that an early INSERT would show to readers.
	if err := postgres.AdvisoryXactLock(ctx, tx, "telephony.call:"+line+":"+uuid); err != nil {
		return nil, false, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+callColumns+` FROM calls c WHERE c.line = $1 AND c.uuid = $2 FOR NO KEY UPDATE`, line, uuid)
	r, err := postgres.CollectOne[callRow](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return &callRow{Line: line, UUID: uuid, Raw: json.RawMessage(`{}`)}, false, nil
	}
	return &r, true, err
}

// saveCall writes a call.
func saveCall(ctx context.Context, tx postgres.Tx, r *callRow) error {
	if r.ID == 0 {
		return tx.Pgx.QueryRow(ctx, `
			INSERT INTO calls (line, uuid, direction, state, outcome, account_id, contact_id, client_phone, client_raw, extension, agent_id, trunk,
				started_at, answered_at, ended_at, talk_seconds, total_seconds, cause, final, raw, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21) RETURNING id`,
			r.Line, r.UUID, r.Direction, r.State, r.Outcome, r.AccountID, r.ContactID, r.ClientPhone, r.ClientRaw, r.Extension, r.AgentID, r.Trunk,
			r.StartedAt, r.AnsweredAt, r.EndedAt, r.TalkSeconds, r.TotalSeconds, r.Cause, r.Final, r.Raw, tx.Now).Scan(&r.ID)
	}
	_, err := tx.Pgx.Exec(ctx, `
		UPDATE calls SET direction = $2, state = $3, outcome = $4, account_id = $5, contact_id = $6, client_phone = $7, client_raw = $8, extension = $9,
			agent_id = $10, trunk = $11, started_at = $12, answered_at = $13, ended_at = $14, talk_seconds = $15, total_seconds = $16, cause = $17,
			final = $18, raw = $19, updated_at = $20
		WHERE id = $1`,
		r.ID, r.Direction, r.State, r.Outcome, r.AccountID, r.ContactID, r.ClientPhone, r.ClientRaw, r.Extension,
		r.AgentID, r.Trunk, r.StartedAt, r.AnsweredAt, r.EndedAt, r.TalkSeconds, r.TotalSeconds, r.Cause, r.Final, r.Raw, tx.Now)
	return err
}

// identify finds out who is who on a call: the client by his number, the agent by his
// extension. What people have decided stays.
func (s *Service) identify(ctx context.Context, tx postgres.Tx, line Line, r *callRow) error {
	r.AgentID = nil
	if r.Extension != "" {
		if err := tx.Pgx.QueryRow(ctx, `SELECT (SELECT staff_id FROM phone_extensions WHERE line = $1 AND (extension = $2 OR forward <> '' AND forward = $3))`,
			r.Line, r.Extension, string(ReadNumber(line.Country, r.Extension).Phone)).Scan(&r.AgentID); err != nil {
			return err
		}
	}
	if r.Decided {
		return nil
	}
	r.AccountID, r.ContactID = nil, nil
	if r.ClientPhone == "" || r.Direction == DirectionLocal || line.own(Number{Raw: r.ClientRaw, Phone: prolong.Phone(r.ClientPhone)}) {
		return nil
	}
	candidates, err := s.candidates(ctx, tx, r.ClientPhone)
	if err != nil {
		return err
	}
	accounts := map[int64]bool{}
	for _, c := range candidates {
		accounts[c.AccountID] = true
	}
	if len(accounts) != 1 {
		return nil // an accountant of several firms: the agent decides
	}
	r.AccountID = &candidates[0].AccountID
	if len(candidates) == 1 && candidates[0].ContactID != 0 {
		r.ContactID = &candidates[0].ContactID
	}
	return nil
}

// candidates returns whose number it may be: what an agent has decided comes alone.
func (s *Service) candidates(ctx context.Context, tx postgres.Tx, phone string) ([]Candidate, error) {
	if phone == "" {
		return nil, nil
	}
	list, err := s.directory.ByPhone(ctx, tx, phone)
	if err != nil {
		return nil, err
	}
	var decided *int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT (SELECT account_id FROM phone_owners WHERE phone = $1)`, phone).Scan(&decided); err != nil || decided == nil {
		return list, err
	}
	var kept []Candidate
	for _, c := range list {
		if c.AccountID == *decided {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		kept = []Candidate{{AccountID: *decided}}
	}
	return kept, nil
}

// clip bounds a text of the exchange.
func clip(s string, runesMax int) string {
	if r := []rune(s); len(r) > runesMax {
		return string(r[:runesMax])
	}
	return s
}
