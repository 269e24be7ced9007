package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// PackID identifies a Pack.
type PackID int64

// Pack is a product: so many prepaid minutes for a price.
type Pack struct {
	ID       PackID
	Key      string
	SellerID SellerID
	Name     string
	Minutes  int
	// ValidMonths the minutes can be used from the day of payment; 0 for ever.
	ValidMonths int
	Prices      []prolong.Money
}

// Price returns the price of one pack in a currency.
func (p Pack) Price(cur prolong.Currency) (prolong.Money, bool) {
	for _, m := range p.Prices {
		if m.Currency() == cur {
			return m, true
		}
	}
	return prolong.Money{}, false
}

// PackSpec declares a pack (`prolong apply`).
type PackSpec struct {
	Pack   Pack
	Seller string // key
}

// DeclarePacks makes the packs as declared. A changed price or number of minutes holds for
// invoices from then on. Returns CodeInvalid for an unknown seller.
func (s *Service) DeclarePacks(ctx context.Context, packs []PackSpec) error {
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, err := readCatalog(ctx, tx.Pgx)
		if err != nil {
			return err
		}
		for _, spec := range packs {
			p := spec.Pack
			seller, ok := c.SellerByKey(spec.Seller)
			if !ok {
				return prolong.NewError(prolong.CodeInvalid, "error.pack_seller_unknown", prolong.Args{"Pack": p.Key, "Seller": spec.Seller})
			}
			var id int64
			if err := tx.Pgx.QueryRow(ctx, `
				INSERT INTO prepaid_packs (key, seller_id, name, minutes, valid_months, created_at) VALUES ($1,$2,$3,$4,$5,$6)
				ON CONFLICT ON CONSTRAINT prepaid_packs_key_unique DO UPDATE SET name = excluded.name, minutes = excluded.minutes, valid_months = excluded.valid_months
				RETURNING id`, p.Key, int64(seller.ID), p.Name, p.Minutes, p.ValidMonths, tx.Now).Scan(&id); err != nil {
				return err
			}
			for _, price := range p.Prices {
				if _, err := tx.Pgx.Exec(ctx, `INSERT INTO prepaid_pack_prices (pack_id, currency, amount_minor) VALUES ($1,$2,$3)
					ON CONFLICT ON CONSTRAINT prepaid_pack_prices_pkey DO UPDATE SET amount_minor = excluded.amount_minor`, id, string(price.Currency()), price.Minor()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return prolong.Wrap("billing.DeclarePacks", err)
}

// Packs returns the packs of a seller, the smallest first.
func (s *Service) Packs(ctx context.Context, seller SellerID) ([]Pack, error) {
	list, err := packsOf(ctx, s.db.Pool, seller)
	return list, prolong.Wrap("billing.Packs", err)
}

// PackIn returns a pack of a seller by its key. Returns CodeInvalid if he does not sell it.
func PackIn(ctx context.Context, tx postgres.Tx, seller SellerID, key string) (Pack, error) {
	list, err := packsOf(ctx, tx.Pgx, seller)
	if err != nil {
		return Pack{}, prolong.Wrap("billing.PackIn", err)
	}
	for _, p := range list {
		if p.Key == key {
			return p, nil
		}
	}
	return Pack{}, prolong.NewError(prolong.CodeInvalid, "error.pack_not_sold", prolong.Args{"Pack": key})
}

func packsOf(ctx context.Context, q querier, seller SellerID) ([]Pack, error) {
	rows, err := q.Query(ctx, `SELECT p.id, p.key, p.seller_id, p.name, p.minutes, p.valid_months, coalesce(r.currency, ''), coalesce(r.amount_minor, 0)
		FROM prepaid_packs p LEFT JOIN prepaid_pack_prices r ON r.pack_id = p.id WHERE p.seller_id = $1 ORDER BY p.minutes, p.id, r.currency`, int64(seller))
	if err != nil {
		return nil, err
	}
	var list []Pack
	var p Pack
	var cur string
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&p.ID), &p.Key, (*int64)(&p.SellerID), &p.Name, &p.Minutes, &p.ValidMonths, &cur, &minor}, func() error {
		if n := len(list); n == 0 || list[n-1].ID != p.ID {
			list = append(list, Pack{ID: p.ID, Key: p.Key, SellerID: p.SellerID, Name: p.Name, Minutes: p.Minutes, ValidMonths: p.ValidMonths})
		}
		if cur != "" {
			last := &list[len(list)-1]
			last.Prices = append(last.Prices, prolong.NewMoney(minor, prolong.Currency(cur)))
		}
		return nil
	})
	return list, err
}
