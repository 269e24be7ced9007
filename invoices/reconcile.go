package invoices

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// Statement is what moved between a client and his seller in an interval, from the ledger: the
// statement of account, and the body of a reconciliation act (акт сверки).
type Statement struct {
	Account  billing.Account
	Seller   billing.Seller
	Currency prolong.Currency
	Period   prolong.Period
	// Opening and Closing are what the client owes on the first morning and on the last
	// evening; negative: what he has paid ahead.
	Opening, Closing prolong.Money
	Rows             []StatementRow
}

// StatementRow is one event of a statement. One of Debit and Credit is nought.
type StatementRow struct {
	On     prolong.Date
	Title  string        // in the language of the seller's papers
	Debit  prolong.Money // the client owes more: services, money paid back
	Credit prolong.Money // he owes less: payments
}

// statementDaysMax bounds the interval: ten years.
const statementDaysMax = 3660

// Statement returns the statement of an account for an interval of days; of an account with
// several currencies the given one, its balance's if empty. Moves between the client's balance
// and his invoices are not in it: they change nothing between him and the seller. Returns
// CodeNotFound, CodeInvalid for an impossible interval.
func (s *Service) Statement(ctx context.Context, account billing.AccountID, cur prolong.Currency, period prolong.Period) (Statement, error) {
	st, err := s.statement(ctx, account, cur, period)
	return st, prolong.Wrap("invoices.Statement", err)
}

func (s *Service) statement(ctx context.Context, account billing.AccountID, cur prolong.Currency, period prolong.Period) (Statement, error) {
	var st Statement
	period, err := prolong.NewPeriod(period.From, period.To)
	if err != nil {
		return st, err
	}
	if period.Days() > statementDaysMax {
		return st, prolong.NewError(prolong.CodeInvalid, "error.period_invalid", prolong.Args{"From": period.From, "To": period.To})
	}
	bill := billing.New(s.db, s.log)
	if st.Account, err = bill.FindAccountByID(ctx, account); err != nil {
		return st, err
	}
	c, err := bill.Catalog(ctx)
	if err != nil {
		return st, err
	}
	st.Seller, st.Period, st.Currency = c.Sellers[st.Account.SellerID], period, cur
	if cur == "" {
		if st.Currency, err = bill.BookedCurrency(ctx, account); err != nil {
			return st, err
		}
		if st.Currency == "" {
			st.Currency = prolong.RUB
		}
	}
	return st, s.readStatement(ctx, bill, &st)
}

func (s *Service) readStatement(ctx context.Context, bill *billing.Service, st *Statement) error {
	words := statementWords[paperLanguage(st.Seller, st.Account)]
	opening, moves, err := bill.ClientMoves(ctx, st.Account.ID, st.Currency, st.Period)
	if err != nil {
		return err
	}
	papers, err := s.papersBehind(ctx, moves)
	if err != nil {
		return err
	}
	closing := opening.Minor()
	for _, m := range moves {
		net, paper := m.Net.Minor(), papers[paperCause{m.Cause, m.CauseID}]
		closing += net
		st.Rows = append(st.Rows, StatementRow{
			On: m.On, Title: words.title(m, paper.kind, paper.number),
			Debit: prolong.NewMoney(max(net, 0), st.Currency), Credit: prolong.NewMoney(max(-net, 0), st.Currency),
		})
	}
	st.Opening, st.Closing = opening, prolong.NewMoney(closing, st.Currency)
	return nil
}

// paperCause is a cause of postings that is a paper of ours.
type paperCause struct {
	cause string
	id    int64
}

type namedPaper struct{ kind, number string }

// papersBehind returns the numbers of the documents, credit notes and payment orders that have moved money.
func (s *Service) papersBehind(ctx context.Context, moves []billing.ClientMove) (map[paperCause]namedPaper, error) {
	ids := map[string][]int64{}
	for _, m := range moves {
		ids[m.Cause] = append(ids[m.Cause], m.CauseID)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT 'document', id, kind, number FROM documents WHERE id = ANY($1) UNION ALL SELECT 'credit_note', id, '', number FROM credit_notes WHERE id = ANY($2)
		UNION ALL SELECT 'payment', payment_id, '', number FROM payment_orders WHERE payment_id = ANY($3)`,
		ids["document"], ids["credit_note"], ids["payment"])
	if err != nil {
		return nil, err
	}
	papers := map[paperCause]namedPaper{}
	var c paperCause
	var p namedPaper
	_, err = pgx.ForEachRow(rows, []any{&c.cause, &c.id, &p.kind, &p.number}, func() error {
		papers[c] = p
		return nil
	})
	return papers, err
}

// statementTitles name events in the language of accountants.
type statementTitles struct {
	act, upd, storno, creditNote, order, payment, unassigned, refund, chargeback, writeOff, transfer, other string
}

var statementWords = map[string]statementTitles{
	"ru": {"Реализация (акт № %s)", "Реализация (УПД № %s)", "Сторно (документ № %s)", "Корректировка (кредит-нота № %s)", "Оплата (п/п № %s)", "Оплата", "Возврат оплаты на уточнение", "Возврат денег", "Возврат банком", "Списание округления", "Перевод между лицевыми счетами", "Прочее"},
	"kk": {"Қызмет көрсету / Реализация (акт № %s)", "Қызмет көрсету / Реализация (УПД № %s)", "Сторно (құжат / документ № %s)", "Түзету / Корректировка (кредит-нота № %s)", "Төлем / Оплата (п/п № %s)", "Төлем / Оплата", "Төлемді нақтылауға қайтару / Возврат оплаты на уточнение", "Ақшаны қайтару / Возврат денег", "Банк қайтарды / Возврат банком", "Дөңгелектеуді есептен шығару / Списание округления", "Жеке шоттар арасындағы аударым / Перевод между лицевыми счетами", "Басқа / Прочее"},
	"uk": {"Реалізація (акт № %s)", "Реалізація (УПД № %s)", "Сторно (документ № %s)", "Коригування (кредит-нота № %s)", "Оплата (п/і № %s)", "Оплата", "Повернення оплати на уточнення", "Повернення грошей", "Повернення банком", "Списання заокруглення", "Переказ між особовими рахунками", "Інше"},
	"en": {"Services (act %s)", "Services (UPD %s)", "Cancellation (document %s)", "Credit note %s", "Payment (order %s)", "Payment", "Payment taken back for review", "Refund", "Returned by the bank", "Rounding written off", "Transfer between accounts", "Other"},
}

func (w statementTitles) title(m billing.ClientMove, kind, number string) string {
	cause, foreign := m.Cause, m.Foreign
	switch {
	case cause == "document" && kind == string(DocumentStorno):
		return fmt.Sprintf(w.storno, number)
	case cause == "document" && kind == "upd":
		return fmt.Sprintf(w.upd, number)
	case cause == "document":
		return fmt.Sprintf(w.act, number)
	case cause == "credit_note":
		return fmt.Sprintf(w.creditNote, number)
	case foreign == billing.LedgerTransfer:
		return w.transfer
	case foreign == billing.LedgerWriteOff:
		return w.writeOff
	case m.Refund == billing.RefundChargeback:
		return w.chargeback
	case cause == "refund":
		return w.refund
	case cause == "payment" && number != "":
		return fmt.Sprintf(w.order, number)
	case cause == "payment":
		return w.payment
	case cause == "unsplit", cause == "decision" && m.Net.Minor() > 0:
		return w.unassigned
	case cause == "decision" && (foreign == billing.LedgerSuspense || foreign == billing.LedgerNotOurs):
		return w.payment
	}
	return w.other
}

// Reconciliation draws the reconciliation act of a statement: our books at the left, room for
// the client's at the right. The name of the file is ASCII.
func (s *Service) Reconciliation(st Statement) (name string, body []byte, err error) {
	doc := render.Document{
		Version: render.SnapshotVersion, Kind: render.KindReconciliation, Country: st.Seller.Country, Language: paperLanguage(st.Seller, st.Account), Currency: st.Currency,
		Date: st.Seller.Today(s.db.Now()), Seller: sellerParty(st.Seller, billing.BankAccount{}, ""), Buyer: buyerParty(st.Account),
		Reconciliation: &render.Reconciliation{Period: st.Period, Opening: st.Opening.Minor(), Closing: st.Closing.Minor()},
	}
	for _, r := range st.Rows {
		doc.Reconciliation.Rows = append(doc.Reconciliation.Rows, render.Entry{Date: r.On, Title: r.Title, Debit: r.Debit.Minor(), Credit: r.Credit.Minor()})
	}
	body, err = s.renderer.Render(doc)
	name, _ = doc.FileNames()
	return name, body, prolong.Wrap("invoices.Reconciliation", err)
}

// WriteCSV writes the statement as a table: date,title,debit,credit,balance.
func (st Statement) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	balance := st.Opening.Minor()
	lines := [][]string{{"date", "title", "debit", "credit", "balance"}, {st.Period.From.String(), "opening", "", "", st.Opening.String()}}
	for _, r := range st.Rows {
		balance += r.Debit.Minor() - r.Credit.Minor()
		lines = append(lines, []string{r.On.String(), r.Title, r.Debit.String(), r.Credit.String(), prolong.NewMoney(balance, st.Currency).String()})
	}
	lines = append(lines, []string{st.Period.Last().String(), "closing", "", "", st.Closing.String()})
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("statement of account %s: %w", strconv.FormatInt(int64(st.Account.ID), 10), err)
	}
	return nil
}
