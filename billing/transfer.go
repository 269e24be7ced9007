package billing

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// TransferID identifies a Transfer.
type TransferID int64

// Transfer is money moved between two accounts of one client.
type Transfer struct {
	ID       TransferID
	From, To AccountID
	Amount   prolong.Money
	// Reverses is the transfer that this one takes back; 0 for none. Undone says that another
	// one has taken it back.
	Reverses TransferID
	Undone   bool
	Reason   string
	Actor    string
	At       time.Time
}

// SameClient says whether two accounts belong to one client of one seller, so that money may
// move between them: the same tax id under the same seller.
func SameClient(a, b Account) bool {
	return a.ID != b.ID && a.SellerID == b.SellerID && a.TaxID != "" && a.TaxID == b.TaxID && a.Country == b.Country
}

// Transfer moves money of payments from their account's balance to another one's, in the
// journal: both accounts are locked. Each payment arrives as a payment of its own with the same
// value date, so that lateness goes by the bank's day there too. It returns what arrived; the
// parts must be on no invoice.
func (j *Journal) Transfer(ctx context.Context, t Transfer, parts []Payment, amounts []prolong.Money, on prolong.Date) (TransferID, []Payment, error) {
	var reverses any
	if t.Reverses != 0 {
		reverses = int64(t.Reverses)
	}
	if err := j.tx.Pgx.QueryRow(ctx, `INSERT INTO transfers (from_account_id, to_account_id, currency, amount_minor, reverses_id, reason, actor, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8) RETURNING id`, int64(t.From), int64(t.To), string(t.Amount.Currency()), t.Amount.Minor(), reverses, t.Reason, j.actor.String(), j.tx.Now).Scan((*int64)(&t.ID)); err != nil {
		return 0, nil, prolong.Wrap("billing.Transfer", postgres.MapConstraint(err, transferConstraints))
	}
	arriving, days := make([]Payment, len(parts)), make([]prolong.Date, len(parts))
	for i, p := range parts {
		j.Refund(Refund{Payment: p, Kind: RefundTransfer, Amount: amounts[i], BookedOn: on, Reason: t.Reason})
		arriving[i] = Payment{SellerID: p.SellerID, AccountID: t.To, Channel: ChannelTransfer, ChannelRef: int64(t.ID), Part: i, Amount: amounts[i], State: PaymentMatched, ValueOn: p.ValueOn, From: p.ID}
		days[i] = on
	}
	received, err := j.Receive(ctx, arriving, days)
	return t.ID, received, prolong.Wrap("billing.Transfer", err)
}

var transferConstraints = map[string]*prolong.Error{
	"transfers_reversed_once": prolong.NewError(prolong.CodeConflict, "error.transfer_undone", nil),
}

const transferColumns = `t.id, t.from_account_id, t.to_account_id, t.currency, t.amount_minor, coalesce(t.reverses_id, 0), EXISTS (SELECT 1 FROM transfers u WHERE u.reverses_id = t.id),
	t.reason, t.actor, t.created_at`

func scanTransfer(row pgx.CollectableRow) (t Transfer, err error) {
	var cur string
	var minor int64
	err = row.Scan((*int64)(&t.ID), (*int64)(&t.From), (*int64)(&t.To), &cur, &minor, (*int64)(&t.Reverses), &t.Undone, &t.Reason, &t.Actor, &t.At)
	t.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
	return t, err
}

// TransferIn reads a transfer and the payments that it brought, in the caller's transaction.
// Returns CodeNotFound.
func TransferIn(ctx context.Context, tx postgres.Tx, id TransferID) (Transfer, []Payment, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+transferColumns+` FROM transfers t WHERE t.id = $1`, int64(id))
	if err != nil {
		return Transfer{}, nil, prolong.Wrap("billing.TransferIn", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTransfer)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, nil, prolong.NewError(prolong.CodeNotFound, "error.transfer_not_found", prolong.Args{"ID": int64(id)})
	}
	if err != nil {
		return t, nil, prolong.Wrap("billing.TransferIn", err)
	}
	rows, err = tx.Pgx.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.channel = 'transfer' AND p.channel_ref = $1 ORDER BY p.part FOR UPDATE`, int64(id))
	if err != nil {
		return t, nil, prolong.Wrap("billing.TransferIn", err)
	}
	brought, err := pgx.CollectRows(rows, scanPayment)
	return t, brought, prolong.Wrap("billing.TransferIn", err)
}

const transfersShownMax = 100

// TransfersOf lists the transfers from and to an account, the latest first.
func (s *Service) TransfersOf(ctx context.Context, account AccountID) ([]Transfer, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+transferColumns+` FROM transfers t WHERE t.from_account_id = $1 OR t.to_account_id = $1 ORDER BY t.id DESC LIMIT $2`, int64(account), transfersShownMax)
	if err != nil {
		return nil, prolong.Wrap("billing.TransfersOf", err)
	}
	list, err := pgx.CollectRows(rows, scanTransfer)
	return list, prolong.Wrap("billing.TransfersOf", err)
}

const siblingsMax = 50

// SiblingsOf lists the other accounts of the same client: those that money may move to.
func (s *Service) SiblingsOf(ctx context.Context, account Account) ([]Account, error) {
	if account.TaxID == "" {
		return nil, nil
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+accountColumns+` FROM accounts a WHERE a.tax_id = $1 AND a.seller_id = $2 AND a.country = $3 AND a.id <> $4 ORDER BY a.id LIMIT $5`,
		string(account.TaxID), int64(account.SellerID), string(account.Country), int64(account.ID), siblingsMax)
	if err != nil {
		return nil, prolong.Wrap("billing.SiblingsOf", err)
	}
	list, err := pgx.CollectRows(rows, scanAccount)
	return list, prolong.Wrap("billing.SiblingsOf", err)
}
