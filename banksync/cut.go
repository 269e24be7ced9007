package banksync

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/banksync/statement"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// cutJoined marks a line that a file had cut and a later file has told whole, until its payment
// has been decided about again.
const cutJoined = "joined"

// cutLine is a stored line of which the end of a file may have taken something.
type cutLine struct {
	knownLine
	entry statement.Entry // what tells it apart
}

// selectCut reads lines as cutLines.
const selectCut = `SELECT id, key, status, amount_minor, cut, line, posted_on, direction, currency, doc_no, purpose, raw FROM bank_lines WHERE bank_account_id = $1 AND `

func scanCut(row pgx.CollectableRow) (l cutLine, err error) {
	var cur string
	e := &l.entry
	err = row.Scan((*int64)(&l.id), &l.key, &l.status, &l.minor, &l.cut, &e.Line, &e.Date, (*string)(&e.Direction), &cur, &e.DocNo, &e.Purpose, &e.Raw)
	e.Amount = prolong.NewMoney(l.minor, prolong.Currency(cur))
	e.Cut = statement.CutText
	return l, err
}

// joinCut brings the entries whose keys are unknown together with lines that the end of a file has
// cut: their text was shorter, so their keys differ. An entry that tells such a line whole becomes
// that line; a cut entry whose whole is stored is left out. Which of two equal payments a cut
// one was makes no difference: every entry is stored once. The rest is returned.
func (c *chunk) joinCut(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, st *statement.Statement, strangers []*statement.Entry) ([]*statement.Entry, error) {
	rows, err := tx.Pgx.Query(ctx, selectCut+`cut IN ('word', 'text') ORDER BY id`, int64(bank))
	if err != nil {
		return nil, err
	}
	stored, err := pgx.CollectRows(rows, scanCut)
	if err != nil {
		return nil, err
	}
	rest := make([]*statement.Entry, 0, len(strangers))
	for _, e := range strangers {
		told := false
		if e.Cut != statement.CutNothing {
			if told, err = storedWhole(ctx, tx, bank, st, e); err != nil {
				return nil, err
			}
		}
		if !told {
			rest = append(rest, e)
		}
	}
	for i := range stored {
		if hasKey(st, stored[i].key) {
			continue // told by another entry
		}
		if at := wholeOf(rest, &stored[i].entry); at >= 0 {
			c.take(stored[i].knownLine, rest[at])
			rest = slices.Delete(rest, at, at+1)
		}
	}
	return rest, nil
}

// storedWhole says whether a line is stored that may be the whole of a cut entry, and that no other
// entry of the statement tells.
func storedWhole(ctx context.Context, tx postgres.Tx, bank billing.BankAccountID, st *statement.Statement, e *statement.Entry) (bool, error) {
	rows, err := tx.Pgx.Query(ctx, selectCut+`posted_on = $2 AND direction = $3 AND currency = $4 AND amount_minor = $5`,
		int64(bank), e.Date, string(e.Direction), string(e.Amount.Currency()), e.Amount.Minor())
	if err != nil {
		return false, err
	}
	lines, err := pgx.CollectRows(rows, scanCut)
	return slices.ContainsFunc(lines, func(l cutLine) bool { return l.entry.Continues(e) && !hasKey(st, l.key) }), err
}

func hasKey(st *statement.Statement, key string) bool {
	return slices.ContainsFunc(st.Entries, func(e statement.Entry) bool { return e.Key == key })
}

// wholeOf finds the entry that tells a cut line whole: the one at its place in the file if there are
// several, -1 if there is none.
func wholeOf(entries []*statement.Entry, cut *statement.Entry) int {
	found := -1
	for i, e := range entries {
		if e.Continues(cut) && (found < 0 || e.Line == cut.Line) {
			found = i
		}
	}
	return found
}

// cutDecision holds a payment whose text may be cut: it waits for the whole, which a later file
// brings, or for a person. If only the last word may be missing a part, the payment is posted
// when that word makes no difference.
func (p *posting) cutDecision(it *item, d match.Decision) match.Decision {
	switch it.line.entry.Cut {
	case statement.CutText:
		return heldCut(d)
	case statement.CutWord:
		if !d.Class.Posts() {
			return d
		}
		shorter := it.payment
		shorter.Purpose = shorter.Purpose[:max(strings.LastIndexByte(shorter.Purpose, ' '), 0)]
		if !sameParts(d, p.decide(shorter)) {
			return heldCut(d)
		}
	case statement.CutNothing:
	}
	return d
}

// sameParts says whether two decisions post the same to the same.
func sameParts(a, b match.Decision) bool {
	return a.Class.Posts() && b.Class.Posts() && slices.EqualFunc(a.Parts, b.Parts, func(x, y match.Part) bool {
		return x.AccountID == y.AccountID && x.AmountMinor == y.AmountMinor && slices.Equal(x.References, y.References)
	})
}

// heldCut turns a decision about a cut text into one that waits; where it would have posted comes
// first among the candidates.
func heldCut(d match.Decision) match.Decision {
	if d.Class.Posts() && len(d.Parts) == 1 {
		chosen := match.Candidate{AccountID: d.AccountID, Facts: d.Facts, Bits: d.Bits, Rule: d.Rule, Allocations: d.Allocations, Part: d.Parts[0]}
		d.Candidates = slices.Insert(slices.Clone(d.Candidates), 0, chosen)
	}
	d.Class, d.Rule, d.Reason, d.AccountID, d.Parts, d.Allocations = match.ClassReview, match.RuleNone, match.ReasonCut, 0, nil, nil
	return d
}

// decideJoined decides about the payments of lines that are whole now: after the lines are
// stored, and again with the next import if it was interrupted.
func (s *Service) decideJoined(ctx context.Context, actor prolong.Actor, catalog billing.Catalog, bank billing.BankAccount, report *Report) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT id FROM bank_lines WHERE bank_account_id = $1 AND cut = $2 ORDER BY id`, int64(bank.ID), cutJoined)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		snapshot, err := s.snapshotOf(ctx, bank.SellerID, catalog.Sellers[bank.SellerID].Today(s.db.Clock.Now()))
		if err != nil {
			return err
		}
		paid := 0
		err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			p := &posting{service: s, tx: tx, actor: actor, catalog: catalog, bank: bank, snapshot: snapshot}
			paid, err = p.decideAgain(ctx, LineID(id))
			return err
		})
		if err != nil {
			s.forgetSnapshot(bank.SellerID)
			return err
		}
		report.Paid += paid
	}
	return nil
}

// decideAgain decides about the payment of a line that a file had cut, by its whole text. What a
// person has decided meanwhile stays. Returns how many invoices it paid.
func (p *posting) decideAgain(ctx context.Context, id LineID) (paid int, err error) {
	if err := postgres.AdvisoryXactLock(ctx, p.tx, "bank account "+p.bank.Number); err != nil {
		return 0, err
	}
	tag, err := p.tx.Pgx.Exec(ctx, `UPDATE bank_lines SET cut = '' WHERE id = $1 AND cut = $2`, int64(id), cutJoined)
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	payment, err := billing.ReceivedIn(ctx, p.tx, billing.ChannelBank, int64(id))
	if err != nil || payment.State != billing.PaymentReview {
		return 0, err // it is still pending, or somebody has decided
	}
	var e statement.Entry
	if err := p.tx.Pgx.QueryRow(ctx, `SELECT posted_on, doc_no, reversal FROM bank_lines WHERE id = $1`, int64(id)).Scan(&e.Date, &e.DocNo, &e.Reversal); err != nil {
		return 0, err
	}
	pay, err := linePayment(ctx, p.tx.Pgx, p.catalog, id)
	if err != nil {
		return 0, err
	}
	e.Amount, e.ValueDate = pay.Amount, pay.Date
	p.items = []item{{line: line{id: id, entry: &e}, payment: pay}}
	it := &p.items[0]
	it.decision = p.decideItem(it)
	if err := p.tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM payer_aliases)`).Scan(&p.taught); err != nil {
		return 0, err
	}
	if err := p.lock(ctx); err != nil {
		return 0, err
	}
	whole, err := billing.PaymentForUpdate(ctx, p.tx, payment.ID)
	if err != nil || whole.State != billing.PaymentReview {
		return 0, err
	}
	var by string
	if err := p.tx.Pgx.QueryRow(ctx, `SELECT ruleset FROM match_decisions WHERE payment_id = $1 ORDER BY id DESC LIMIT 1`, int64(payment.ID)).Scan(&by); err != nil || by == decisionManual || by == decisionBank {
		return 0, err
	}
	if err := p.current(it); err != nil {
		return 0, err
	}
	return p.resettle(ctx, it, whole)
}

// resettle writes a decision about a payment that has waited in review, with what follows from it.
func (p *posting) resettle(ctx context.Context, it *item, whole billing.Payment) (paid int, err error) {
	d := &it.decision
	d.PaymentID = int64(whole.ID)
	raw, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	var id int64
	if err := p.tx.Pgx.QueryRow(ctx, `
		INSERT INTO match_decisions (payment_id, account_id, ruleset, class, rule, reason, decision, decided_by, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) RETURNING id`,
		d.PaymentID, postgres.NullID(d.AccountID), d.RulesetVersion, string(d.Class), string(d.Rule), string(d.Reason), raw, p.actor.String(), p.tx.Now).Scan(&id); err != nil {
		return 0, err
	}
	m := manual{service: p.service, tx: p.tx, actor: p.actor, catalog: p.catalog, journal: billing.NewJournal(p.tx, p.actor)}
	var settlements []invoices.Settlement
	switch {
	case d.Class == match.ClassNotOurs:
		m.journal.Ignore(whole, m.today(whole), id)
	case !d.Class.Posts():
		return 0, nil
	case len(d.Parts) == 1:
		account := billing.AccountID(d.Parts[0].AccountID)
		m.journal.Assign(whole, account, m.today(whole), id)
		whole.State, whole.AccountID = billing.PaymentMatched, account
		settlements = []invoices.Settlement{p.settlement(it, whole)}
	default:
		shares := make([]Share, len(d.Parts))
		for i, part := range d.Parts {
			shares[i] = Share{AccountID: billing.AccountID(part.AccountID), Amount: prolong.NewMoney(part.AmountMinor, whole.Amount.Currency())}
			settlements = append(settlements, p.settlement(it, billing.Payment{AccountID: shares[i].AccountID, Amount: shares[i].Amount}))
		}
		if err := m.split(ctx, whole, shares, settlements); err != nil {
			return 0, err
		}
	}
	if _, err := p.tx.Pgx.Exec(ctx, `DELETE FROM review_parks WHERE payment_id = $1`, int64(whole.ID)); err != nil {
		return 0, err
	}
	done, err := p.service.invoices.Settle(ctx, p.tx, m.journal, p.actor, p.catalog, p.accounts, p.open, settlements)
	if err != nil {
		return 0, err
	}
	return done.Paid, p.useAliases(ctx)
}
