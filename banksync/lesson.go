package banksync

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// RefusalElsewhere and the others below say why history speaks against an alias; the stop-list's
// reasons are those of match.
const (
	RefusalElsewhere   match.Refusal = "elsewhere"   // the payer has paid for another account, too
	RefusalQuarantined match.Refusal = "quarantined" // history agrees, but what was taught before about the payer turned out wrong
	RefusalRevoked     match.Refusal = "revoked"     // a person has forbidden it
	RefusalWrong       match.Refusal = "wrong"       // it would have posted a past payment to a wrong account
)

// lessonPastMax bounds how many past payments of a payer a lesson is tried on, the latest.
const lessonPastMax = 1000

// Lesson is what an assignment could teach, tried on the payer's past before it is learned.
type Lesson struct {
	match.Requisite
	// Payments counts what this payer has sent so far, this payment included; Decides how many of
	// them a person had to decide and that would have been posted where the person put them.
	Payments, Decides int
	// Elsewhere and Wrong are the past payments that speak against it: given to another account,
	// and those that would have been posted to an account that does not have them.
	Elsewhere, Wrong []billing.PaymentID
	// Confirmations is how often people have given this payer's payments to the account before.
	Confirmations int
	State         match.AliasState // of the alias as it is; empty if there is none
}

// Lessons returns what giving a payment to an account would teach: the payer's requisites, each
// tried on history. A lesson with a Refusal cannot be learned.
func (s *Service) Lessons(ctx context.Context, id billing.PaymentID, account billing.AccountID) ([]Lesson, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return nil, prolong.Wrap("banksync.Lessons", err)
	}
	list, err := s.lessons(ctx, catalog, id, account)
	return list, prolong.Wrap("banksync.Lessons", err)
}

func (s *Service) lessons(ctx context.Context, catalog billing.Catalog, id billing.PaymentID, account billing.AccountID) ([]Lesson, error) {
	received, err := s.FindReceivedByID(ctx, id)
	if err != nil {
		return nil, err
	}
	pay, err := s.linePayment(ctx, catalog, received.LineID)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.snapshotOf(ctx, received.SellerID, catalog.Sellers[received.SellerID].Today(s.db.Now()))
	if err != nil {
		return nil, err
	}
	var out []Lesson
	network := match.NetworkAccounts(pay, snapshot)
	for _, r := range match.Requisites(pay, snapshot, int64(account)) {
		lesson := Lesson{Requisite: r}
		if r.Refusal == match.RefusalNone {
			if err := s.tryLesson(ctx, catalog, received.SellerID, id, account, network, pay, &lesson); err != nil {
				return nil, err
			}
		}
		out = append(out, lesson)
	}
	return out, nil
}

// linePayment reads the payment of a bank line as matching sees it.
func (s *Service) linePayment(ctx context.Context, catalog billing.Catalog, id LineID) (match.Payment, error) {
	return linePayment(ctx, s.db.Pool, catalog, id)
}

// rowQuerier is a pool or a transaction.
type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func linePayment(ctx context.Context, db rowQuerier, catalog billing.Catalog, id LineID) (match.Payment, error) {
	pay := match.Payment{ID: int64(id)}
	var minor int64
	var cur string
	err := db.QueryRow(ctx, `SELECT l.currency, l.amount_minor, l.value_on, l.doc_no, l.counterparty_name, l.counterparty_tax_id, l.counterparty_kpp, l.counterparty_account,
			l.counterparty_bic, l.purpose, l.reference, l.ultimate_name, l.ultimate_tax_id
		FROM bank_lines l WHERE l.id = $1`, int64(id)).Scan(&cur, &minor, &pay.Date, &pay.DocNo, &pay.PayerName, &pay.PayerTaxID,
		&pay.PayerKPP, &pay.PayerAccount, &pay.PayerBIC, &pay.Purpose, &pay.StructuredRef, &pay.ActualPayerName, &pay.ActualPayerTaxID)
	o := ownOf(catalog)
	pay.Amount, pay.OwnTaxIDs, pay.OwnNames, pay.OwnAccounts = prolong.NewMoney(minor, prolong.Currency(cur)), o.taxIDs, o.names, o.accounts
	return pay, err
}

// tryLesson back-tests an alias: every past payment of the payer is decided once more as if the
// alias had been there from the beginning, in a small world of the accounts concerned. Fewer
// rivals than there were make the rules post more readily, so nothing wrong is overlooked.
// network are the other accounts of the payer's tax id, which are rivals whether or not he has
// ever paid for them.
func (s *Service) tryLesson(ctx context.Context, catalog billing.Catalog, seller billing.SellerID, id billing.PaymentID, account billing.AccountID, network []int64, pay match.Payment, lesson *Lesson) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+aliasColumns+` FROM payer_aliases WHERE kind = $1 AND value = $2`, string(lesson.Kind), lesson.Value)
	if err != nil {
		return err
	}
	known, err := pgx.CollectRows(rows, scanAlias)
	if err != nil {
		return err
	}
	quarantined := false
	for _, a := range known {
		if a.account == account {
			lesson.State, lesson.Confirmations = a.state, a.confirmations
		}
		switch {
		case a.state == match.AliasQuarantined:
			quarantined = true
		case a.state == match.AliasBlocked: // for one account is for all: matching believes nothing of it
			lesson.Refusal = RefusalRevoked
		case a.account != account && a.state != match.AliasDropped:
			lesson.Refusal = RefusalElsewhere
		}
	}
	past, accounts, err := s.pastOfRequisite(ctx, seller, lesson.Kind, lesson.Value, pay)
	if err != nil {
		return err
	}
	for _, other := range append([]int64{int64(account)}, network...) {
		if !slices.Contains(accounts, other) {
			accounts = append(accounts, other)
		}
	}
	lesson.Payments = len(past)
	word := lesson.Kind == match.AliasKeyword
	if word {
		lesson.Payments = 0
	}
	// A person decides about this payment now: for the trial it is already where he puts it.
	snapshot, err := match.NewSnapshot(match.Builder{})
	if err != nil {
		return err
	}
	h := &history{service: s, seller: seller, catalog: catalog, accounts: accounts, payments: past, snapshot: snapshot}
	supposed := match.AliasPut{Alias: match.Alias{Kind: lesson.Kind, Value: lesson.Value, AccountID: int64(account), State: match.AliasActive, Confirmations: aliasConfirmationsMin}}
	if err := snapshot.Apply(supposed); err != nil {
		return err
	}
	err = h.replay(ctx, func(d decided) error {
		if word {
			if !match.SaysKeyword(d.payment, lesson.Value) {
				return nil
			}
			lesson.Payments++
		}
		ended := d.ended()
		if d.id == id {
			ended = []int64{int64(account)}
		}
		after := h.decideWith(match.Current(), d)
		if len(ended) > 0 && !slices.Equal(ended, []int64{int64(account)}) {
			lesson.Elsewhere = append(lesson.Elsewhere, d.id)
		}
		posts := accountsOf(after)
		switch {
		case len(posts) == 0:
		case len(ended) == 0 && d.settled, len(ended) > 0 && !slices.Equal(sortedIDs(posts), sortedIDs(ended)):
			lesson.Wrong = append(lesson.Wrong, d.id)
		case len(ended) > 0 && !d.before.Class.Posts():
			lesson.Decides++
		}
		return nil
	})
	switch {
	case err != nil || lesson.Refusal != match.RefusalNone:
	case len(lesson.Elsewhere) > 0:
		lesson.Refusal = RefusalElsewhere
	case len(lesson.Wrong) > 0:
		lesson.Refusal = RefusalWrong
	case quarantined:
		lesson.Refusal = RefusalQuarantined
	}
	return err
}

// pastOfRequisite lists the latest payments of a payer and the accounts that have them.
func (s *Service) pastOfRequisite(ctx context.Context, seller billing.SellerID, kind match.AliasKind, value string, pay match.Payment) (payments, accounts []int64, err error) {
	// $2 is what the requisite is looked for by, $5 the payer's tax id, or his account if the bank
	// gave none: together they find the lines through an index.
	payer, by := pay.PayerTaxID, `l.counterparty_tax_id = $5 AND l.counterparty_tax_id <> ''`
	if payer == "" {
		payer, by = pay.PayerAccount, `l.counterparty_account = $5 AND l.counterparty_account <> '' AND l.counterparty_tax_id = ''`
	}
	arg, which := value, `$2::text IS NOT NULL`
	switch kind {
	case match.AliasAccount, match.AliasKeyword:
		arg, which = pay.PayerAccount, `l.counterparty_account = $2`
	case match.AliasPersonalINN:
		// The person stands in the name or in the purpose of a bank's line; the rest of it is the
		// bank's and the same for everybody.
		which = `(strpos(l.purpose, $2) > 0 OR strpos(l.counterparty_name, $2) > 0)`
	case match.AliasTaxID, match.AliasNameKey:
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT p.id, p.account_id, ARRAY(SELECT q.account_id FROM published_payments q WHERE p.state = 'split' AND q.channel = 'split' AND q.channel_ref = p.id AND q.state <> 'void')
		FROM bank_lines l JOIN published_payments p ON p.channel = 'bank' AND p.channel_ref = l.id
		WHERE l.direction = 'credit' AND `+by+` AND `+which+` AND p.seller_id = $1 AND l.posted_on > $4 ORDER BY p.id DESC LIMIT $3`,
		int64(seller), arg, lessonPastMax, pay.Date.AddMonths(-12*payerPastYears, pay.Date.Day()), payer)
	if err != nil {
		return nil, nil, err
	}
	var payment int64
	var account *int64
	var parts []int64
	_, err = pgx.ForEachRow(rows, []any{&payment, &account, &parts}, func() error {
		payments = append(payments, payment)
		if account != nil {
			parts = append(parts, *account)
		}
		for _, id := range parts {
			if !slices.Contains(accounts, id) {
				accounts = append(accounts, id)
			}
		}
		return nil
	})
	return payments, accounts, err
}

// emptySnapshot knows no accounts: it serves to read a payer's requisites.
var emptySnapshot = func() *match.Snapshot {
	s, err := match.NewSnapshot(match.Builder{})
	if err != nil {
		panic(err) // nothing in it can be wrong
	}
	return s
}()
