package banksync

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// AliasID identifies a payer alias.
type AliasID int64

// Alias is something that people have taught: a requisite of a payer stands for an account.
type Alias struct {
	ID        AliasID
	AccountID billing.AccountID
	Account   string // its name
	match.Alias
	ConfirmedBy string // an actor: "staff:7"
	FirstSeen   time.Time
	LastSeen    time.Time // when it was taught or used last
	Posted      int       // payments that were posted through it
}

// AliasStep is a step in the life of an alias.
type AliasStep struct {
	State         match.AliasState
	Confirmations int // payments that people had given to the account by then
	Cause         AliasCause
	PaymentID     billing.PaymentID // 0 if none
	Note, By      string
	At            time.Time
}

// AliasCause says why an alias changed.
type AliasCause string

// The causes.
const (
	AliasConfirmed    AliasCause = "confirmed"    // a person gave a payment to the account
	AliasContradicted AliasCause = "contradicted" // the payer paid for another account
	AliasUndone       AliasCause = "undone"       // a payment that was posted through it was taken back
	AliasRevoked      AliasCause = "revoked"      // by a person
	AliasRestored     AliasCause = "restored"     // by a person
)

// aliasLifeMonths is how many months an alias is good without being used; then it only proposes.
const aliasLifeMonths = 13

// AliasFilter narrows the list of aliases; zero fields do not.
type AliasFilter struct {
	ID        AliasID
	AccountID billing.AccountID
	State     match.AliasState
	BeforeID  AliasID
	Limit     int // 1 to 200; 0 is 50
}

// aliasUsed finds decisions d that rest on an alias l.
const aliasUsed = `d.account_id = l.account_id AND d.class IN ('auto', 'hold') AND d.decision->'facts' @> jsonb_build_array(jsonb_build_object('text',
	CASE l.kind WHEN 'account' THEN 'match.fact.alias_account' WHEN 'tax_id' THEN 'match.fact.alias_tax_id' WHEN 'keyword' THEN 'match.fact.alias_keyword' ELSE 'match.fact.alias_person' END, 'args', jsonb_build_object('Value', l.value)))`

// FindAliases lists what people have taught, the latest first.
func (s *Service) FindAliases(ctx context.Context, f AliasFilter) ([]Alias, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.id, l.account_id, a.legal_form, a.name, l.kind, l.value, l.state, l.confirmations, l.confirmed_by, l.first_seen, l.last_seen,
			(SELECT count(*) FROM match_decisions d WHERE `+aliasUsed+`)
		FROM payer_aliases l JOIN published_accounts a ON a.id = l.account_id
		WHERE ($1 = 0 OR l.id = $1) AND ($2 = 0 OR l.account_id = $2) AND ($3 = '' OR l.state = $3) AND ($4 = 0 OR l.id < $4) ORDER BY l.id DESC LIMIT $5`,
		int64(f.ID), int64(f.AccountID), string(f.State), int64(f.BeforeID), limit)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindAliases", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Alias, err error) {
		var form, name string
		err = row.Scan((*int64)(&a.ID), (*int64)(&a.AccountID), &form, &name, (*string)(&a.Kind), &a.Value, (*string)(&a.State), &a.Confirmations, &a.ConfirmedBy, &a.FirstSeen, &a.LastSeen, &a.Posted)
		a.Alias.AccountID, a.Account = int64(a.AccountID), billing.LegalName(form, name)
		return a, err
	})
	return list, prolong.Wrap("banksync.FindAliases", err)
}

// AliasSteps tells the life of an alias, the latest step first.
func (s *Service) AliasSteps(ctx context.Context, id AliasID) ([]AliasStep, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT state, confirmations, cause, coalesce(payment_id, 0), note, actor, at FROM payer_alias_events WHERE alias_id = $1 ORDER BY id DESC`, int64(id))
	if err != nil {
		return nil, prolong.Wrap("banksync.AliasSteps", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x AliasStep, err error) {
		err = row.Scan((*string)(&x.State), &x.Confirmations, (*string)(&x.Cause), (*int64)(&x.PaymentID), &x.Note, &x.By, &x.At)
		return x, err
	})
	return list, prolong.Wrap("banksync.AliasSteps", err)
}

// AliasPayments lists the payments that matching posted through an alias, the latest first, at
// most 200: what has to be looked at when it turns out to be wrong.
func (s *Service) AliasPayments(ctx context.Context, id AliasID) ([]Received, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+`
		AND p.id IN (SELECT d.payment_id FROM payer_aliases l JOIN match_decisions d ON `+aliasUsed+` WHERE l.id = $1) ORDER BY p.id DESC LIMIT $2`, int64(id), listLimitMax)
	if err != nil {
		return nil, prolong.Wrap("banksync.AliasPayments", err)
	}
	list, err := pgx.CollectRows(rows, scanReceived)
	return list, prolong.Wrap("banksync.AliasPayments", err)
}

// RevokeAlias forbids an alias for good: nothing is posted through it any more, and it cannot
// be taught again before RestoreAlias. Returns CodeNotFound, CodeConflict if it is revoked.
func (s *Service) RevokeAlias(ctx context.Context, actor prolong.Actor, id AliasID, note string) error {
	return prolong.Wrap("banksync.RevokeAlias", s.changeAlias(ctx, actor, id, match.AliasBlocked, AliasRevoked, note))
}

// RestoreAlias lets an alias that was revoked, quarantined or dropped propose again; it posts nothing
// before it has been confirmed once more. Returns CodeNotFound, CodeConflict if it is neither.
func (s *Service) RestoreAlias(ctx context.Context, actor prolong.Actor, id AliasID, note string) error {
	return prolong.Wrap("banksync.RestoreAlias", s.changeAlias(ctx, actor, id, match.AliasCandidate, AliasRestored, note))
}

func (s *Service) changeAlias(ctx context.Context, actor prolong.Actor, id AliasID, to match.AliasState, cause AliasCause, note string) error {
	return s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		a, err := aliasForUpdate(ctx, tx, id)
		if err != nil {
			return err
		}
		off := a.state == match.AliasBlocked || a.state == match.AliasQuarantined || a.state == match.AliasDropped
		if a.state == to || (cause == AliasRestored && !off) {
			return prolong.NewError(prolong.CodeConflict, "error.alias_state", nil)
		}
		before := a.state
		a.state = to
		if cause == AliasRestored {
			a.confirmations = 0
		}
		if err := a.save(ctx, tx, actor, cause, 0, note); err != nil {
			return err
		}
		return a.audit(ctx, tx, actor, cause, before, note)
	})
}

// aliasRow is an alias under its lock.
type aliasRow struct {
	id            AliasID
	account       billing.AccountID
	kind          match.AliasKind
	value         string
	state         match.AliasState
	confirmations int
}

const aliasColumns = `id, account_id, kind, value, state, confirmations`

func scanAlias(row pgx.CollectableRow) (a aliasRow, err error) {
	err = row.Scan((*int64)(&a.id), (*int64)(&a.account), (*string)(&a.kind), &a.value, (*string)(&a.state), &a.confirmations)
	return a, err
}

func aliasForUpdate(ctx context.Context, tx postgres.Tx, id AliasID) (aliasRow, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+aliasColumns+` FROM payer_aliases WHERE id = $1 FOR UPDATE`, int64(id))
	if err != nil {
		return aliasRow{}, err
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAlias)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeNotFound, "error.alias_not_found", nil)
	}
	return a, err
}

// save writes the state of an alias with the step that led to it.
func (a *aliasRow) save(ctx context.Context, tx postgres.Tx, actor prolong.Actor, cause AliasCause, payment billing.PaymentID, note string) error {
	if _, err := tx.Pgx.Exec(ctx, `UPDATE payer_aliases SET state = $2, confirmations = $3, last_seen = greatest(last_seen, $4) WHERE id = $1`,
		int64(a.id), string(a.state), a.confirmations, tx.Now); err != nil {
		return err
	}
	return a.step(ctx, tx, actor, cause, payment, note)
}

func (a *aliasRow) step(ctx context.Context, tx postgres.Tx, actor prolong.Actor, cause AliasCause, payment billing.PaymentID, note string) error {
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO payer_alias_events (alias_id, state, confirmations, cause, payment_id, note, actor, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		int64(a.id), string(a.state), a.confirmations, string(cause), postgres.NullID(payment), note, actor.String(), tx.Now)
	return err
}

func (a *aliasRow) audit(ctx context.Context, tx postgres.Tx, actor prolong.Actor, cause AliasCause, before match.AliasState, note string) error {
	type state struct {
		Kind  match.AliasKind  `json:"kind"`
		Value string           `json:"value"`
		State match.AliasState `json:"state,omitempty"`
		Note  string           `json:"note,omitempty"`
	}
	var was any
	if before != "" {
		was = state{a.kind, a.value, before, ""}
	}
	return identity.Audit(ctx, tx, actor, identity.Change{Action: "alias." + string(cause), SubjectKind: "payer_alias", SubjectID: int64(a.id), AccountID: a.account, Before: was, After: state{a.kind, a.value, a.state, note}})
}
