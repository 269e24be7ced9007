package banksync

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
)

// PaymentExport is a received payment as other programs read it, with what proves where it
// went.
type PaymentExport struct {
	DocNo    string           `json:"doc_no"`
	Date     prolong.Date     `json:"date"`
	Amount   string           `json:"amount"`
	Currency prolong.Currency `json:"currency"`
	State    string           `json:"state"` // matched, review, ignored
	// Account is the external id; of a payment for several accounts it is empty, and the
	// allocations name them.
	Account     string             `json:"account"`
	Allocations []AllocationExport `json:"allocations"`
	Rule        string             `json:"rule"`
	Facts       json.RawMessage    `json:"facts"`
	// What tells payments of one number, day and amount apart, as the bank wrote it: our account,
	// the payment's own id where the bank gives one (УИП, EndToEndId), the payer, the purpose.
	BankAccount  string `json:"bank_account"`
	Reference    string `json:"reference"`
	PayerName    string `json:"payer_name"`
	PayerTaxID   string `json:"payer_tax_id"`
	PayerAccount string `json:"payer_account"`
	Purpose      string `json:"purpose"`
}

// AllocationExport is a share of a payment; an empty invoice is the account's balance.
type AllocationExport struct {
	Invoice string `json:"invoice"`
	Account string `json:"account"`
	Amount  string `json:"amount"`
}

// Cells returns the row for a table; allocations are written as "number=amount" joined by
// spaces.
func (e PaymentExport) Cells() []string {
	shares := make([]string, len(e.Allocations))
	for i, a := range e.Allocations {
		shares[i] = a.Invoice + "=" + a.Amount
	}
	return []string{e.DocNo, e.Date.String(), e.Amount, string(e.Currency), e.State, e.Account, strings.Join(shares, " "), e.Rule, string(e.Facts),
		e.BankAccount, e.Reference, e.PayerName, e.PayerTaxID, e.PayerAccount, e.Purpose}
}

// PaymentExportColumns are the columns of the table.
var PaymentExportColumns = []string{"doc_no", "date", "amount", "currency", "state", "account", "allocations", "rule", "facts",
	"bank_account", "reference", "payer_name", "payer_tax_id", "payer_account", "purpose"}

// ExportPayments gives every bank payment to yield, in the order in which the lines came.
func (s *Service) ExportPayments(ctx context.Context, yield func(PaymentExport) error) error {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return prolong.Wrap("banksync.ExportPayments", err)
	}
	// The parts of a split payment are folded into it. Allocations that were taken back cancel
	// out; what is on no invoice is the balance's share.
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.doc_no, l.posted_on, p.amount_minor, p.currency, CASE p.state WHEN 'split' THEN 'matched' ELSE p.state END, coalesce(a.external_id, ''),
			coalesce(d.rule, ''), coalesce(d.decision->'facts', '[]'), coalesce(shares.list, '[]'),
			l.bank_account_id, l.reference, l.counterparty_name, l.counterparty_tax_id, l.counterparty_account, l.purpose
		FROM published_payments p
		JOIN bank_lines l ON l.id = p.channel_ref
		LEFT JOIN published_accounts a ON a.id = p.account_id
		LEFT JOIN LATERAL (SELECT rule, decision FROM match_decisions d WHERE d.payment_id = p.id ORDER BY d.id DESC LIMIT 1) d ON true
		LEFT JOIN LATERAL (
			SELECT jsonb_agg(jsonb_build_object('invoice', x.number, 'account', x.external_id, 'minor', x.minor) ORDER BY x.part, x.number = '', x.number) AS list FROM (
				SELECT q.part, i.number, qa.external_id, sum(al.amount_minor) AS minor
				FROM published_payments q JOIN published_allocations al ON al.payment_id = q.id JOIN published_invoices i ON i.id = al.invoice_id JOIN published_accounts qa ON qa.id = q.account_id
				WHERE q.id = p.id OR (q.channel = 'split' AND q.channel_ref = p.id)
				GROUP BY q.part, i.number, qa.external_id HAVING sum(al.amount_minor) <> 0
				UNION ALL
				SELECT q.part, '', qa.external_id, q.amount_minor - q.allocated_minor
				FROM published_payments q JOIN published_accounts qa ON qa.id = q.account_id
				WHERE (q.id = p.id OR (q.channel = 'split' AND q.channel_ref = p.id)) AND q.state = 'matched' AND q.amount_minor > q.allocated_minor) x) shares ON true
		WHERE p.channel = 'bank' ORDER BY l.id`)
	if err != nil {
		return prolong.Wrap("banksync.ExportPayments", err)
	}
	var e PaymentExport
	var bank billing.BankAccountID
	var minor int64
	var shares []byte
	_, err = pgx.ForEachRow(rows, []any{&e.DocNo, &e.Date, &minor, (*string)(&e.Currency), &e.State, &e.Account, &e.Rule, (*[]byte)(&e.Facts), &shares,
		(*int64)(&bank), &e.Reference, &e.PayerName, &e.PayerTaxID, &e.PayerAccount, &e.Purpose}, func() error {
		e.BankAccount, e.Amount = catalog.BankAccounts[bank].Number, prolong.NewMoney(minor, e.Currency).String()
		var list []struct {
			Invoice, Account string
			Minor            int64
		}
		if err := json.Unmarshal(shares, &list); err != nil {
			return err
		}
		e.Allocations = make([]AllocationExport, len(list))
		for i, x := range list {
			e.Allocations[i] = AllocationExport{Invoice: x.Invoice, Account: x.Account, Amount: prolong.NewMoney(x.Minor, e.Currency).String()}
		}
		return yield(e)
	})
	return prolong.Wrap("banksync.ExportPayments", err)
}
