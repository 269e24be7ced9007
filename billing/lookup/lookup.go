// Package lookup answers who a company is by its tax id or name, and which bank a BIC is, from
// public registers, with a cache of our own in front. It never blocks anything: whoever asks
// goes on by typing when the registers do not answer. See README.md.
package lookup

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/time/rate"

	"prolong"
	"prolong/internal/postgres"
)

// Status is what a register says about a company.
type Status string

// The statuses of companies.
const (
	Active      Status = "active"
	Bankrupt    Status = "bankrupt"
	Liquidated  Status = "liquidated"
	Liquidating Status = "liquidating"
	Suspended   Status = "suspended"
	Unknown     Status = "unknown"
)

// Company is a company as a register knows it.
type Company struct {
	Country   prolong.Country `json:"country"`
	Name      string          `json:"name"`                // short, with the legal form
	LegalName string          `json:"legal_name"`          // full
	TaxID     prolong.TaxID   `json:"tax_id"`              // check digits verified
	KPP       string          `json:"kpp,omitempty"`       //
	RegNo     string          `json:"reg_no,omitempty"`    // ОГРН
	Address   string          `json:"address,omitempty"`   //
	Head      string          `json:"head,omitempty"`      // who manages it
	Status    Status          `json:"status"`              //
	VATPayer  *bool           `json:"vat_payer,omitempty"` // nil: the register does not say

	Source      string    `json:"-"`
	RetrievedAt time.Time `json:"-"`
}

// Bank is a bank as a register knows it.
type Bank struct {
	BIC         string `json:"bic"`
	Name        string `json:"name"`
	City        string `json:"city,omitempty"`
	CorrAccount string `json:"corr_account,omitempty"`
	Active      bool   `json:"active"`
}

// Source is a register. Errors: CodeNotFound if it does not know, CodeUnavailable or
// CodeRateLimited if it cannot be asked now, CodeUnauthorized or CodeForbidden if a person has to
// look after the access.
type Source interface {
	// Name is how people call the register.
	Name() string
	// Company finds a company by its tax id; kpp, if not empty, a branch of it.
	Company(ctx context.Context, country prolong.Country, taxID prolong.TaxID, kpp string) (Company, error)
	// Search finds companies by a part of their name, the likeliest first.
	Search(ctx context.Context, country prolong.Country, text string) ([]Company, error)
	// Bank finds a bank by its BIC.
	Bank(ctx context.Context, bic string) (Bank, error)
}

const (
	companyFresh  = 72 * time.Hour      // then its status is asked for again
	companyOld    = 30 * 24 * time.Hour // what is older is not shown even if nobody answers
	bankFresh     = 30 * 24 * time.Hour
	searchFresh   = 24 * time.Hour
	missingFresh  = 24 * time.Hour // "not found" is remembered shortly
	searchMin     = 3              // runes
	searchMax     = 100
	questionsRate = 5 // a second, for the whole process
	questionsAt   = 10
)

// Service looks up with a cache. It is safe for concurrent use.
type Service struct {
	db      *postgres.DB
	log     *slog.Logger
	sources map[prolong.Country]Source
	limit   *rate.Limiter
}

// New returns the service; a country without a source is answered from the cache only.
func New(db *postgres.DB, sources map[prolong.Country]Source, log *slog.Logger) *Service {
	return &Service{db: db, log: log, sources: sources, limit: rate.NewLimiter(questionsRate, questionsAt)}
}

// Ready says whether companies of a country can be looked up at all, so that pages offer it.
func (s *Service) Ready(country prolong.Country) bool { return s != nil && s.sources[country] != nil }

// Company finds a company by its tax id. Returns CodeInvalid for wrong check digits, without
// asking anybody; CodeNotFound; CodeUnavailable if the register cannot be asked and nothing is
// remembered; CodeRateLimited.
func (s *Service) Company(ctx context.Context, country prolong.Country, taxID, kpp string) (Company, error) {
	id, err := prolong.ParseTaxID(country, taxID)
	if err != nil {
		return Company{}, prolong.Wrap("lookup.Company", err)
	}
	c, err := cached(ctx, s, "company", country, string(id)+"/"+kpp, companyFresh, companyOld, func(ctx context.Context, source Source) (Company, error) {
		return source.Company(ctx, country, id, kpp)
	})
	c.value.Source, c.value.RetrievedAt = c.source, c.at
	return c.value, prolong.Wrap("lookup.Company", err)
}

// Search finds companies by name, or one by its tax id. A text that is too short finds nothing.
func (s *Service) Search(ctx context.Context, country prolong.Country, text string) ([]Company, error) {
	text = strings.Join(strings.Fields(text), " ")
	if _, err := prolong.ParseTaxID(country, text); err == nil && strings.Trim(text, "0123456789") == "" {
		c, err := s.Company(ctx, country, text, "")
		if prolong.CodeOf(err) == prolong.CodeNotFound {
			return nil, nil
		}
		return []Company{c}, prolong.Wrap("lookup.Search", err)
	}
	if n := utf8.RuneCountInString(text); n < searchMin || n > searchMax {
		return nil, nil
	}
	list, err := cached(ctx, s, "name", country, strings.ToLower(text), searchFresh, companyOld, func(ctx context.Context, source Source) ([]Company, error) {
		return source.Search(ctx, country, text)
	})
	if prolong.CodeOf(err) == prolong.CodeNotFound {
		return nil, nil
	}
	return list.value, prolong.Wrap("lookup.Search", err)
}

// Bank finds a Russian bank by its БИК.
func (s *Service) Bank(ctx context.Context, bic string) (Bank, error) {
	if len(bic) != 9 || strings.Trim(bic, "0123456789") != "" {
		return Bank{}, prolong.NewError(prolong.CodeInvalid, "error.bic_invalid", prolong.Args{"Value": bic})
	}
	b, err := cached(ctx, s, "bank", prolong.Russia, bic, bankFresh, companyOld*12, func(ctx context.Context, source Source) (Bank, error) { return source.Bank(ctx, bic) })
	return b.value, prolong.Wrap("lookup.Bank", err)
}

// answer is what is known, from whom and since when.
type answer[T any] struct {
	value  T
	source string
	at     time.Time
}

// cached answers from the table while the answer is fresh, else from the register; if that does
// not answer, what is remembered has to do until it is too old.
func cached[T any](ctx context.Context, s *Service, kind string, country prolong.Country, query string, fresh, old time.Duration, ask func(context.Context, Source) (T, error)) (answer[T], error) {
	var known answer[T]
	if s == nil {
		return known, errNone()
	}
	var raw []byte
	err := s.db.Pool.QueryRow(ctx, `SELECT answer, source, retrieved_at FROM company_lookups WHERE kind = $1 AND country = $2 AND query = $3`, kind, string(country), query).Scan(&raw, &known.source, &known.at)
	have := err == nil
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return known, err
	}
	now := s.db.Now()
	missing := have && string(raw) == "null"
	if have && !missing {
		if err := json.Unmarshal(raw, &known.value); err != nil {
			have = false // of another version: it is asked for again
		}
	}
	switch age := now.Sub(known.at); {
	case missing && age < missingFresh:
		return known, errNotFound(query)
	case have && !missing && age < fresh:
		return known, nil
	case age >= old || missing:
		have = false
	}
	source := s.sources[country]
	if source == nil {
		return orKnown(known, have, errNone())
	}
	if !s.limit.Allow() {
		return orKnown(known, have, prolong.NewError(prolong.CodeRateLimited, "error.lookup_often", nil))
	}
	value, err := ask(ctx, source)
	code := prolong.CodeOf(err)
	if err != nil && code != prolong.CodeNotFound {
		if ctx.Err() == nil {
			s.log.WarnContext(ctx, "a register of companies does not answer", "register", source.Name(), "kind", kind, "error", err)
		}
		return orKnown(known, have, err)
	}
	stored := []byte("null")
	if err == nil {
		if stored, err = json.Marshal(value); err != nil {
			return known, err
		}
	}
	if _, err := s.db.Pool.Exec(ctx, `INSERT INTO company_lookups (kind, country, query, source, answer, retrieved_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT ON CONSTRAINT company_lookups_pkey DO UPDATE SET source = excluded.source, answer = excluded.answer, retrieved_at = excluded.retrieved_at`,
		kind, string(country), query, source.Name(), stored, now); err != nil {
		return known, err
	}
	if code == prolong.CodeNotFound {
		return answer[T]{}, errNotFound(query)
	}
	return answer[T]{value, source.Name(), now}, nil
}

func orKnown[T any](known answer[T], have bool, err error) (answer[T], error) {
	if have {
		return known, nil
	}
	return answer[T]{}, err
}

func errNone() error { return prolong.NewError(prolong.CodeUnavailable, "error.lookup_none", nil) }

func errNotFound(query string) error {
	return prolong.NewError(prolong.CodeNotFound, "error.lookup_not_found", prolong.Args{"Query": strings.TrimSuffix(query, "/")})
}

// Sweep forgets what is too old to be shown.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	tag, err := s.db.Pool.Exec(ctx, `DELETE FROM company_lookups WHERE retrieved_at < $1`, s.db.Now().Add(-12*companyOld))
	return int(tag.RowsAffected()), prolong.Wrap("lookup.Sweep", err)
}
