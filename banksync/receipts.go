package banksync

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/onec"
	"prolong/invoices/register"
	"prolong/invoices/render"
)

// RegisterPayments is the register of received payments.
const RegisterPayments = "payments"

// receivedLine is a payment of a bank with its line and what it was given to.
type receivedLine struct {
	payment   billing.PaymentID
	bank      billing.BankAccountID
	amount    prolong.Money
	state     string
	account   billing.AccountID
	client    string // external id
	clientTax prolong.TaxID
	clientKPP string
	postedOn  prolong.Date
	valueOn   prolong.Date
	docNo     string
	payer     render.Party
	purpose   string
	shares    []receivedShare
}

type receivedShare struct {
	Account   int64        `json:"account"`
	Client    string       `json:"client"`
	Code      string       `json:"code"`
	Since     prolong.Date `json:"since"`
	Invoice   int64        `json:"invoice"` // 0: on the balance
	Number    string       `json:"number"`
	InvoiceOn prolong.Date `json:"issued_on"`
	Minor     int64        `json:"minor"`
}

// eachReceived reads the payments of a seller's banks on the days from..to by the bank's day. The
// parts of a split payment are folded into it; allocations that were taken back cancel out; what
// has left again (a refund, a payment that the bank took back) is no longer on the balance.
func (s *Service) eachReceived(ctx context.Context, seller billing.Seller, from, to prolong.Date, yield func(receivedLine) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT p.id, l.bank_account_id, p.amount_minor, p.currency, p.state, coalesce(p.account_id, 0), coalesce(a.external_id, ''), coalesce(a.tax_id, ''), coalesce(a.kpp, ''),
			l.posted_on, l.value_on, l.doc_no, l.counterparty_name, l.counterparty_tax_id, l.counterparty_kpp, l.counterparty_account, l.counterparty_bic, l.purpose, coalesce(shares.list, '[]')
		FROM published_payments p
		JOIN bank_lines l ON l.id = p.channel_ref
		LEFT JOIN published_accounts a ON a.id = p.account_id
		LEFT JOIN LATERAL (
			SELECT jsonb_agg(jsonb_build_object('account', x.account_id, 'client', x.external_id, 'code', x.payment_code, 'since', x.since,
				'invoice', x.invoice_id, 'number', x.number, 'issued_on', x.issued_on, 'minor', x.minor) ORDER BY x.part, x.invoice_id = 0, x.invoice_id) AS list FROM (
				SELECT q.part, q.account_id, qa.external_id, qa.payment_code, (qa.created_at AT TIME ZONE $4)::date AS since, i.id AS invoice_id, i.number, i.issued_on, sum(al.amount_minor) AS minor
				FROM published_payments q JOIN published_allocations al ON al.payment_id = q.id JOIN published_invoices i ON i.id = al.invoice_id JOIN published_accounts qa ON qa.id = q.account_id
				WHERE q.id = p.id OR (q.channel = 'split' AND q.channel_ref = p.id)
				GROUP BY q.part, q.account_id, qa.external_id, qa.payment_code, qa.created_at, i.id, i.number, i.issued_on HAVING sum(al.amount_minor) <> 0
				UNION ALL
				SELECT q.part, q.account_id, qa.external_id, qa.payment_code, (qa.created_at AT TIME ZONE $4)::date, 0, '', NULL, q.amount_minor - q.allocated_minor - q.refunded_minor
				FROM published_payments q JOIN published_accounts qa ON qa.id = q.account_id
				WHERE (q.id = p.id OR (q.channel = 'split' AND q.channel_ref = p.id)) AND q.state = 'matched' AND q.amount_minor > q.allocated_minor + q.refunded_minor) x) shares ON true
		WHERE p.channel = 'bank' AND p.seller_id = $1 AND l.posted_on BETWEEN $2 AND $3 AND l.status = 'booked' ORDER BY l.posted_on, l.id`, int64(seller.ID), from, to, seller.Location.String())
	if err != nil {
		return err
	}
	var r receivedLine
	var cur string
	var minor int64
	var shares []byte
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&r.payment), (*int64)(&r.bank), &minor, &cur, &r.state, (*int64)(&r.account), &r.client, (*string)(&r.clientTax), &r.clientKPP,
		&r.postedOn, &r.valueOn, &r.docNo, &r.payer.Name, &r.payer.TaxID, &r.payer.KPP, &r.payer.Account.Number, &r.payer.Account.BIC, &r.purpose, &shares}, func() error {
		r.amount, r.shares = prolong.NewMoney(minor, prolong.Currency(cur)), nil
		if err := json.Unmarshal(shares, &r.shares); err != nil {
			return err
		}
		return yield(r)
	})
	return err
}

// Receipts gives the money that a seller received in his banks on the days from..to to yield, as
// an exchange file wants it. What people have marked as not ours is left out.
func (s *Service) Receipts(ctx context.Context, sellerID billing.SellerID, from, to prolong.Date, yield func(onec.Receipt) error) error {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return prolong.Wrap("banksync.Receipts", err)
	}
	seller := catalog.Sellers[sellerID]
	return prolong.Wrap("banksync.Receipts", s.eachReceived(ctx, seller, from, to, func(l receivedLine) error {
		if l.state == string(billing.PaymentIgnored) {
			return nil
		}
		payer := l.payer
		// Banks leave out ИНН and КПП; the client's own are then what the documents carry.
		if payer.TaxID == "" {
			payer.TaxID = string(l.clientTax)
		}
		if payer.TaxID == string(l.clientTax) && (payer.KPP == "" || payer.KPP == "0") {
			payer.KPP = l.clientKPP
		}
		r := onec.Receipt{
			Number: l.docNo, Date: l.valueOn, BookedOn: l.postedOn, Amount: l.amount, Purpose: l.purpose,
			Seller: invoices.SellerParty(seller, catalog.BankAccounts[l.bank]), Payer: payer,
		}
		r.ID, r.SellerID, r.PayerID = invoices.ReceiptRefs(seller, l.payment, payer, l.account)
		for _, x := range l.shares {
			part := onec.Part{
				Amount: prolong.NewMoney(x.Minor, l.amount.Currency()), Contract: invoices.StableID(seller.TaxID, "contract", x.Account), ContractNumber: x.Code, ContractDate: x.Since,
			}
			if x.Invoice != 0 {
				part.Invoice, part.InvoiceNumber, part.InvoiceDate = invoices.StableID(seller.TaxID, "invoice", x.Invoice), x.Number, x.InvoiceOn
			}
			r.Parts = append(r.Parts, part)
		}
		if len(r.Parts) == 0 {
			r.Parts = []onec.Part{{Amount: l.amount}}
		}
		return yield(r)
	}))
}

// PaymentRegister is the register of the payments that a seller received on the days of an
// interval. Returns CodeNotFound for an unknown seller.
func (s *Service) PaymentRegister(ctx context.Context, i invoices.Interval) (register.Table, error) {
	catalog, err := s.billing.Catalog(ctx)
	if err != nil {
		return register.Table{}, prolong.Wrap("banksync.PaymentRegister", err)
	}
	seller, ok := catalog.SellerByKey(i.Seller)
	if !ok && i.Seller == "" && len(catalog.Sellers) == 1 {
		for _, only := range catalog.Sellers {
			seller, ok = only, true
		}
	}
	if !ok {
		return register.Table{}, prolong.NewError(prolong.CodeNotFound, "error.exchange_seller_unknown", prolong.Args{"Seller": i.Seller})
	}
	if i.From.IsZero() || i.To.IsZero() || i.To.Before(i.From) {
		return register.Table{}, prolong.NewError(prolong.CodeInvalid, "error.export_interval", prolong.Args{"From": i.From, "To": i.To})
	}
	return register.Table{
		Name: RegisterPayments,
		Columns: []register.Column{
			{Key: "date", Width: 12}, {Key: "value_on", Width: 12}, {Key: "number", Width: 10}, {Key: "payer", Width: 36}, {Key: "tax_id"}, {Key: "account", Width: 24}, {Key: "total"},
			{Key: "currency", Width: 8}, {Key: "state", Width: 12}, {Key: "client_id"}, {Key: "invoice"}, {Key: "given"}, {Key: "purpose", Width: 60},
		},
		Rows: func(ctx context.Context, yield func([]any) error) error {
			return s.eachReceived(ctx, seller, i.From, i.To, func(l receivedLine) error {
				head := []any{l.postedOn, l.valueOn, l.docNo, l.payer.Name, l.payer.TaxID, l.payer.Account.Number, l.amount, string(l.amount.Currency()), l.state, l.client}
				if len(l.shares) == 0 {
					return yield(append(head, "", nil, l.purpose))
				}
				for n, x := range l.shares {
					row := append([]any{}, head...)
					row[9] = x.Client
					if n > 0 {
						row[6] = nil // the amount of the payment stands once, so that the column sums up
					}
					if err := yield(append(row, x.Number, prolong.NewMoney(x.Minor, l.amount.Currency()), l.purpose)); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}, nil
}
