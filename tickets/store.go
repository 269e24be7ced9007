package tickets

import (
	"context"
	"errors"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// ticketRow is a row of tickets.
type ticketRow struct {
	ID             int64
	Number         int64
	AccountID      *int64
	ContactID      *int64
	ContactEmail   string
	ContactName    string
	Language       string
	Subject        string
	Status         Status
	Priority       Priority
	AssigneeID     *int64
	Channel        Channel
	PolicyID       *int64
	FollowsID      *int64
	CreatedBy      string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	LastClientAt   *time.Time
	LastAgentAt    *time.Time
	FirstAgentAt   *time.Time
	ResolvedAt     *time.Time
	ClosedAt       *time.Time
	AcknowledgedAt *time.Time
	DueAt          *time.Time
	DueMetric      Metric
	Breached       bool
	RequestKey     string
}

const ticketColumns = `t.id, t.number, t.account_id, t.contact_id, t.contact_email, t.contact_name, t.language, t.subject, t.status, t.priority,
	t.assignee_id, t.channel, t.policy_id, t.follows_id, t.created_by, t.created_at, t.updated_at, t.last_client_at, t.last_agent_at, t.first_agent_at,
	t.resolved_at, t.closed_at, t.acknowledged_at, t.due_at, t.due_metric, t.breached, t.request_key`

// lockTicket returns a ticket and keeps it from others until the transaction ends. Whoever
// changes anything of a ticket takes this lock first.
func lockTicket(ctx context.Context, tx postgres.Tx, id int64) (*ticketRow, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t WHERE t.id = $1 FOR NO KEY UPDATE`, id)
	t, err := postgres.CollectOne[ticketRow](rows, err)
	if errors.Is(err, postgres.ErrNoRow) {
		return nil, notFound(id)
	}
	return &t, err
}

// lockVisible is lockTicket for what the actor may know of.
func (s *Service) lockVisible(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id int64) (*ticketRow, error) {
	sc, err := s.scopeOf(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	t, err := lockTicket(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !sc.sees(t) {
		return nil, notFound(id)
	}
	return t, nil
}

// insertTicket writes a new ticket and fills in its id and number.
func insertTicket(ctx context.Context, tx postgres.Tx, t *ticketRow) error {
	return tx.Pgx.QueryRow(ctx, `
		INSERT INTO tickets (account_id, contact_id, contact_email, contact_name, language, subject, status, priority, assignee_id, channel, policy_id,
			follows_id, created_by, created_at, updated_at, last_client_at, request_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16)
		RETURNING id, number`,
		t.AccountID, t.ContactID, t.ContactEmail, t.ContactName, t.Language, t.Subject, t.Status, t.Priority, t.AssigneeID, t.Channel, t.PolicyID,
		t.FollowsID, t.CreatedBy, t.CreatedAt, t.LastClientAt, t.RequestKey).Scan(&t.ID, &t.Number)
}

// saveTicket writes what may change in a ticket's life. The caller holds its lock.
func saveTicket(ctx context.Context, tx postgres.Tx, t *ticketRow) error {
	t.UpdatedAt = tx.Now
	tag, err := tx.Pgx.Exec(ctx, `
		UPDATE tickets SET account_id = $2, contact_id = $3, contact_name = $4, subject = $5, status = $6, priority = $7, assignee_id = $8, policy_id = $9,
			updated_at = $10, last_client_at = $11, last_agent_at = $12, first_agent_at = $13, resolved_at = $14, closed_at = $15, acknowledged_at = $16,
			due_at = $17, due_metric = $18, breached = $19
		WHERE id = $1`,
		t.ID, t.AccountID, t.ContactID, t.ContactName, t.Subject, t.Status, t.Priority, t.AssigneeID, t.PolicyID,
		t.UpdatedAt, t.LastClientAt, t.LastAgentAt, t.FirstAgentAt, t.ResolvedAt, t.ClosedAt, t.AcknowledgedAt, t.DueAt, t.DueMetric, t.Breached)
	if err == nil && tag.RowsAffected() != 1 {
		return notFound(t.ID)
	}
	return err
}

// constraints are the violations that people can run into.
var constraints = map[string]*prolong.Error{
	"tickets_account":          prolong.NewError(prolong.CodeInvalid, "error.ticket_account_unknown", nil),
	"tickets_contact":          prolong.NewError(prolong.CodeInvalid, "error.ticket_contact_unknown", nil),
	"tickets_assignee":         prolong.NewError(prolong.CodeInvalid, "error.ticket_assignee_unknown", nil),
	"support_tags_key_unique":  prolong.NewError(prolong.CodeConflict, "error.tag_exists", nil),
	"support_tags_key_form":    prolong.NewError(prolong.CodeInvalid, "error.tag_key_invalid", nil),
	"support_tags_name_filled": prolong.NewError(prolong.CodeInvalid, "error.tag_name_empty", nil),
}

// inTx runs a use case: one transaction, its errors named and translated.
func (s *Service) inTx(ctx context.Context, op string, fn func(ctx context.Context, tx postgres.Tx) error) error {
	return trace(op, postgres.MapConstraint(s.db.WithTxRetry(ctx, postgres.TxOptions{}, fn), constraints))
}
