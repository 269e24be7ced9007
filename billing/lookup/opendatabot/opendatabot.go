// Package opendatabot is the adapter of Opendatabot (opendatabot.com, v3): companies and sole
// traders (ФОП) of Ukraine.
package opendatabot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/billing/lookup"
	"prolong/internal/outbound"
)

const (
	service    = "Opendatabot"
	defaultURL = "https://opendatabot.com/api/v3"
	pace       = 200 * time.Millisecond
	timeout    = 5 * time.Second
	countMax   = 10
)

// Config is an access.
type Config struct {
	Key string
	// URL is another address of the interface; empty: the usual one.
	URL   string
	Clock prolong.Clock
	// HTTP carries the calls; nil: a client of its own.
	HTTP *outbound.Client
}

// Source is an access to Opendatabot.
type Source struct{ c Config }

var _ lookup.Source = (*Source)(nil)

// New returns the access. Nothing is sent.
func New(c Config) *Source {
	if c.URL == "" {
		c.URL = defaultURL
	}
	if c.HTTP == nil {
		// The key stands in the address, so addresses must not be logged.
		c.HTTP = outbound.NewClient(outbound.Options{Service: service, Clock: c.Clock, Every: pace, Burst: 3, Timeout: timeout, Attempts: 1, AnswerBytesMax: 4 << 20})
	}
	return &Source{c: c}
}

// Name is how people call it.
func (s *Source) Name() string { return service }

type registry struct {
	Code      any    `json:"code"` // a string or, as some answers have it, a number
	FullName  string `json:"fullName"`
	ShortName string `json:"shortName"`
	Location  string `json:"location"`
	Status    string `json:"status"`
	CEO       string `json:"ceoName"`
}

type factor struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

// digitsOfCompany is the length of a ЄДРПОУ; a РНОКПП has ten.
const digitsOfCompany = 8

// Company finds by ЄДРПОУ or РНОКПП.
func (s *Source) Company(ctx context.Context, _ prolong.Country, taxID prolong.TaxID, _ string) (lookup.Company, error) {
	path := "/fop/"
	if len(taxID) == digitsOfCompany {
		path = "/full-company/"
	}
	var answer struct {
		Data struct {
			Registry registry `json:"registry"`
			Factors  []factor `json:"factors"`
		} `json:"data"`
	}
	if err := s.ask(ctx, path+string(taxID), nil, string(taxID), &answer); err != nil {
		return lookup.Company{}, err
	}
	c, ok := company(answer.Data.Registry)
	if !ok || c.TaxID != taxID {
		return lookup.Company{}, notFound(string(taxID))
	}
	payer := false
	for _, f := range answer.Data.Factors {
		payer = payer || f.Type == "vat" && f.Status == "active"
	}
	c.VATPayer = &payer
	return c, nil
}

// Search finds companies by name.
func (s *Source) Search(ctx context.Context, _ prolong.Country, text string) ([]lookup.Company, error) {
	var answer struct {
		Data struct {
			Items []registry `json:"items"`
		} `json:"data"`
	}
	err := s.ask(ctx, "/search/companies-by-field", url.Values{"field": {"name"}, "q": {text}, "limit": {strconv.Itoa(countMax)}}, text, &answer)
	if prolong.CodeOf(err) == prolong.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []lookup.Company
	for _, r := range answer.Data.Items {
		if c, ok := company(r); ok {
			list = append(list, c)
		}
	}
	return list, nil
}

// Bank is not known here: in Ukraine the bank stands in the IBAN.
func (s *Source) Bank(_ context.Context, bic string) (lookup.Bank, error) {
	return lookup.Bank{}, notFound(bic)
}

// statuses are the register's words in lower case.
var statuses = map[string]lookup.Status{
	"зареєстровано": lookup.Active, "в стані припинення": lookup.Liquidating, "припинено": lookup.Liquidated, "порушено справу про банкрутство": lookup.Bankrupt,
}

func company(r registry) (lookup.Company, bool) {
	code := ""
	switch v := r.Code.(type) {
	case string:
		code = v
	case float64:
		code = strconv.FormatFloat(v, 'f', 0, 64)
		for len(code) < digitsOfCompany {
			code = "0" + code
		}
	}
	c := lookup.Company{Country: prolong.Ukraine, Name: r.ShortName, LegalName: r.FullName, TaxID: prolong.TaxID(code), Address: r.Location, Head: r.CEO}
	if c.Name == "" {
		c.Name = c.LegalName
	}
	if c.LegalName == "" {
		c.LegalName = c.Name
	}
	var ok bool
	if c.Status, ok = statuses[strings.ToLower(strings.TrimSpace(r.Status))]; !ok {
		c.Status = lookup.Unknown
	}
	return c, c.Name != "" && prolong.ValidTaxID(prolong.Ukraine, code)
}

func notFound(query string) error {
	return prolong.NewError(prolong.CodeNotFound, "error.lookup_not_found", prolong.Args{"Query": query})
}

func (s *Source) ask(ctx context.Context, path string, query url.Values, subject string, to any) error {
	values := url.Values{"apiKey": {s.c.Key}}
	for name, v := range query {
		values[name] = v
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.c.URL+path+"?"+values.Encode(), http.NoBody)
	if err != nil {
		return errors.New("opendatabot: the request cannot be made") // the address holds the key
	}
	req.Header.Set("Accept", "application/json")
	status, raw, err := s.c.HTTP.Fetch(req)
	if err != nil {
		return err
	}
	cause := errors.New("opendatabot: status " + strconv.Itoa(status))
	switch status {
	case http.StatusOK:
	case http.StatusNotFound:
		return notFound(subject)
	case http.StatusUnauthorized, http.StatusForbidden:
		return prolong.NewError(prolong.CodeUnauthorized, "error.lookup_access", prolong.Args{"Service": service}).Because(cause)
	case http.StatusPaymentRequired, http.StatusTooManyRequests:
		return prolong.NewError(prolong.CodeRateLimited, "error.lookup_often", nil).Because(cause)
	default:
		return prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": service}).Because(cause)
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": service}).Because(err)
	}
	return nil
}
