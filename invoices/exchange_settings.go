package invoices

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices/onec"
	"prolong/invoices/upd"
)

// Exchange says how a seller exchanges with accounting programs and operators. The zero value
// is what most want.
type Exchange struct {
	// UPDFunction of acts given out as formalised files: upd.Both for a seller whose УПД stands
	// in place of act and счёт-фактура; empty follows the document.
	UPDFunction upd.Function `json:"upd_function,omitempty"`
	// OneCVersion is the version of EnterpriseData that the accountant's base takes.
	OneCVersion string `json:"onec_version,omitempty"`
	// OneCRates name rates of VAT by basis points where the base calls them otherwise.
	OneCRates map[int]string `json:"onec_rates,omitempty"`
	// Chart replaces accounts of the country's chart.
	Chart Chart `json:"chart,omitzero"`
	// EDO is the operator of electronic documents.
	EDO EDOSettings `json:"edo,omitzero"`
}

// EDOSettings name the operator ("diadoc", "vchasno", empty for none) and his settings; secrets
// among them are references (${NAME}, file:PATH), never values.
type EDOSettings struct {
	Operator string            `json:"operator,omitempty"`
	Values   map[string]string `json:"values,omitempty"`
	// Automatic sends every document that can be sent as soon as it is issued.
	Automatic bool `json:"automatic,omitempty"`
}

// ExchangeSpec declares the exchange of a seller.
type ExchangeSpec struct {
	Seller   string // key
	Exchange Exchange
}

var accountForm = regexp.MustCompile(`^[0-9]{2,4}(\.[0-9A-Za-zА-Яа-яІіЇї]{1,4}){0,3}$`)

func (x Exchange) check() error {
	if err := onec.CheckVersion(x.OneCVersion); err != nil {
		return err
	}
	if f := x.UPDFunction; f != "" && f != upd.Both && f != upd.Transfer {
		return prolong.NewError(prolong.CodeInvalid, "error.upd_function", prolong.Args{"Value": string(f), "Allowed": string(upd.Both) + ", " + string(upd.Transfer)})
	}
	for _, a := range x.Chart.list() {
		if a.number != "" && !accountForm.MatchString(a.number) {
			return prolong.NewError(prolong.CodeInvalid, "error.chart_account", prolong.Args{"Name": a.name, "Value": a.number})
		}
	}
	return nil
}

// DeclareExchange keeps how sellers exchange, idempotently; the sellers are declared before
// (billing.Apply). Returns CodeInvalid naming the setting, CodeNotFound for an unknown seller.
func (s *Service) DeclareExchange(ctx context.Context, specs []ExchangeSpec) error {
	return prolong.Wrap("invoices.DeclareExchange", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		catalog, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		for _, spec := range specs {
			seller, ok := catalog.SellerByKey(spec.Seller)
			if !ok {
				return errSellerUnknown(spec.Seller)
			}
			if err := spec.Exchange.check(); err != nil {
				return err
			}
			raw, err := json.Marshal(spec.Exchange)
			if err != nil {
				return err
			}
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO seller_exchange (seller_id, settings) VALUES ($1, $2)
				ON CONFLICT ON CONSTRAINT seller_exchange_pkey DO UPDATE SET settings = excluded.settings`, int64(seller.ID), raw); err != nil {
				return err
			}
		}
		return nil
	}))
}

func errSellerUnknown(key string) error {
	return prolong.NewError(prolong.CodeNotFound, "error.exchange_seller_unknown", prolong.Args{"Seller": key})
}

// ExchangeOf returns how a seller exchanges; the zero value if nothing was declared.
func (s *Service) ExchangeOf(ctx context.Context, seller billing.SellerID) (x Exchange, err error) {
	var raw []byte
	err = s.db.Pool.QueryRow(ctx, `SELECT settings FROM seller_exchange WHERE seller_id = $1`, int64(seller)).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return x, nil
	}
	if err != nil {
		return x, prolong.Wrap("invoices.ExchangeOf", err)
	}
	return x, prolong.Wrap("invoices.ExchangeOf", json.Unmarshal(raw, &x))
}

// sellerOf returns a seller by key; an empty key is the only seller there is.
func (s *Service) sellerOf(ctx context.Context, key string) (billing.Seller, error) {
	catalog, err := billing.New(s.db, s.log).Catalog(ctx)
	if err != nil {
		return billing.Seller{}, err
	}
	if key == "" && len(catalog.Sellers) == 1 {
		for _, seller := range catalog.Sellers {
			return seller, nil
		}
	}
	seller, ok := catalog.SellerByKey(key)
	if !ok {
		return billing.Seller{}, errSellerUnknown(key)
	}
	return seller, nil
}
