package banksync

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/postgres"
)

// aliasConfirmationsMin is after how many payments that people gave to the account an alias
// posts without anybody having said "always".
const aliasConfirmationsMin = 2

// Teaching says how much of what an assignment teaches is to be believed.
type Teaching struct {
	// Always: from now on; else when people have said so twice.
	Always bool
	// Lift: also where what was taught before about this payer is quarantined and nothing else
	// speaks against it. What was taught about him for other accounts is given up then.
	Lift bool
}

// AssignAndLearn gives a payment to one account, as Assign does, and remembers the payer as far
// as Lessons does not refuse it. What is not believed at once proposes the account. Learning
// never makes the assignment fail: what history refuses is not learned. It returns the lessons
// with what became of them.
func (s *Service) AssignAndLearn(ctx context.Context, actor prolong.Actor, id billing.PaymentID, share Share, teach Teaching, note string) ([]Lesson, error) {
	fail := func(err error) ([]Lesson, error) { return nil, prolong.Wrap("banksync.AssignAndLearn", err) }
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return fail(err)
	}
	lessons, err := s.lessons(ctx, catalog, id, share.AccountID)
	if err != nil {
		return fail(err)
	}
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		m := manual{service: s, tx: tx, actor: actor, note: note}
		if err := m.assign(ctx, id, []Share{share}); err != nil {
			return err
		}
		for i := range lessons {
			if err := m.learn(ctx, id, share.AccountID, &lessons[i], teach); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fail(err)
	}
	return lessons, nil
}

// learn confirms one lesson in the transaction of its assignment.
func (m *manual) learn(ctx context.Context, id billing.PaymentID, account billing.AccountID, lesson *Lesson, teach Teaching) error {
	if lesson.Refusal == RefusalElsewhere {
		// The payer of several: nothing of him is believed, whoever had it.
		return quarantine(ctx, m.tx, m.actor, []string{lesson.Value}, id, 0, AliasContradicted)
	}
	if lesson.Refusal == RefusalQuarantined && teach.Lift {
		if err := m.lift(ctx, id, account, lesson); err != nil {
			return err
		}
	}
	if lesson.Refusal != match.RefusalNone {
		return nil
	}
	rows, err := m.tx.Pgx.Query(ctx, `
		INSERT INTO payer_aliases (account_id, kind, value, state, confirmations, confirmed_by, decision_id, first_seen, last_seen)
		SELECT $1, $2, $3, 'candidate', 0, $4, max(id), $5, $5 FROM match_decisions WHERE payment_id = $6
		ON CONFLICT ON CONSTRAINT payer_aliases_once DO UPDATE SET last_seen = excluded.last_seen, confirmed_by = excluded.confirmed_by RETURNING `+aliasColumns,
		int64(account), string(lesson.Kind), lesson.Value, m.actor.String(), m.tx.Now, int64(id))
	if err != nil {
		return err
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanAlias)
	if err != nil {
		return err
	}
	if a.state == match.AliasBlocked || a.state == match.AliasQuarantined {
		return nil // somebody forbade it since the lesson was tried
	}
	if a.state == match.AliasDropped {
		a.state, a.confirmations = match.AliasCandidate, 0
	}
	before := a.state
	if a.confirmations == 0 {
		before = ""
	}
	a.confirmations++
	if teach.Always || a.confirmations >= aliasConfirmationsMin {
		a.state = match.AliasActive
	}
	lesson.State, lesson.Confirmations = a.state, a.confirmations
	if err := a.save(ctx, m.tx, m.actor, AliasConfirmed, id, m.note); err != nil {
		return err
	}
	if a.state == before || a.state != match.AliasActive {
		return nil // it only proposes: nothing that anybody must answer for
	}
	return a.audit(ctx, m.tx, m.actor, AliasConfirmed, before, m.note)
}

// lift ends the quarantine of a payer's requisite in favour of one account: there it proposes
// again, everywhere else it is dropped. Whatever somebody has taught since the lesson was tried
// keeps it as it is.
func (m *manual) lift(ctx context.Context, id billing.PaymentID, account billing.AccountID, lesson *Lesson) error {
	rows, err := m.tx.Pgx.Query(ctx, `SELECT `+aliasColumns+` FROM payer_aliases WHERE kind = $1 AND value = $2 AND state <> 'dropped' ORDER BY id FOR UPDATE`, string(lesson.Kind), lesson.Value)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanAlias)
	if err != nil || slices.ContainsFunc(list, func(a aliasRow) bool { return a.state != match.AliasQuarantined }) {
		return err
	}
	for i := range list {
		a := &list[i]
		cause := AliasContradicted
		if a.state = match.AliasDropped; a.account == account {
			a.state, a.confirmations, cause = match.AliasCandidate, 0, AliasRestored
		}
		if err := a.save(ctx, m.tx, m.actor, cause, id, m.note); err != nil {
			return err
		}
		if err := a.audit(ctx, m.tx, m.actor, cause, match.AliasQuarantined, m.note); err != nil {
			return err
		}
	}
	lesson.Refusal = match.RefusalNone
	return nil
}
