// Package dadata is the adapter of DaData (suggestions.dadata.ru, 4_1): companies of Russia and
// Kazakhstan, banks of Russia.
package dadata

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"prolong"
	"prolong/billing/lookup"
	"prolong/internal/outbound"
)

const (
	service    = "DaData"
	defaultURL = "https://suggestions.dadata.ru/suggestions/api/4_1/rs"
	// The service allows 30 questions a second from an address; a person waits 3 seconds.
	pace     = 50 * time.Millisecond
	timeout  = 3 * time.Second
	countMax = 10
)

// moscow is where the service's day ends.
var moscow = time.FixedZone("MSK", 3*60*60)

// Config is an access.
type Config struct {
	Key string
	// URL is another address of the interface; empty: the usual one.
	URL   string
	Clock prolong.Clock
	// HTTP carries the calls; nil: a client of its own.
	HTTP *outbound.Client
}

// Source is an access to DaData.
type Source struct {
	c Config

	mu    sync.Mutex
	until time.Time // the day's questions are used up: not before this
}

var _ lookup.Source = (*Source)(nil)

// New returns the access. Nothing is sent.
func New(c Config) *Source {
	if c.URL == "" {
		c.URL = defaultURL
	}
	if c.Clock == nil {
		c.Clock = prolong.SystemClock{}
	}
	if c.HTTP == nil {
		c.HTTP = outbound.NewClient(outbound.Options{Service: service, Clock: c.Clock, Every: pace, Burst: 5, Timeout: timeout, AnswerBytesMax: 1 << 20})
	}
	return &Source{c: c}
}

// Name is how people call it.
func (s *Source) Name() string { return service }

type suggestion struct {
	Value string          `json:"value"`
	Data  json.RawMessage `json:"data"`
}

// Company finds by ИНН or БИН. One ИНН has a head and branches: without a КПП it is the head.
func (s *Source) Company(ctx context.Context, country prolong.Country, taxID prolong.TaxID, kpp string) (lookup.Company, error) {
	question := map[string]any{"query": string(taxID), "count": 1}
	if country == prolong.Russia {
		if kpp != "" {
			question["kpp"] = kpp
		} else {
			question["branch_type"] = "MAIN"
		}
	}
	list, err := s.ask(ctx, "/findById/"+party(country), question)
	if err != nil {
		return lookup.Company{}, err
	}
	for _, x := range list {
		if c, ok := company(country, x); ok && c.TaxID == taxID {
			return c, nil
		}
	}
	return lookup.Company{}, notFound(string(taxID))
}

// Search finds by a part of the name.
func (s *Source) Search(ctx context.Context, country prolong.Country, text string) ([]lookup.Company, error) {
	list, err := s.ask(ctx, "/suggest/"+party(country), map[string]any{"query": text, "count": countMax})
	if err != nil {
		return nil, err
	}
	found := make([]lookup.Company, 0, len(list))
	for _, x := range list {
		if c, ok := company(country, x); ok {
			found = append(found, c)
		}
	}
	return found, nil
}

// Bank finds by БИК.
func (s *Source) Bank(ctx context.Context, bic string) (lookup.Bank, error) {
	list, err := s.ask(ctx, "/findById/bank", map[string]any{"query": bic, "count": 1})
	if err != nil {
		return lookup.Bank{}, err
	}
	for _, x := range list {
		var d struct {
			BIC         string `json:"bic"`
			CorrAccount string `json:"correspondent_account"`
			City        string `json:"payment_city"`
			Name        struct {
				Payment string `json:"payment"`
			} `json:"name"`
			State struct {
				Status string `json:"status"`
			} `json:"state"`
		}
		if json.Unmarshal(x.Data, &d) == nil && d.BIC == bic {
			name := d.Name.Payment
			if name == "" {
				name = x.Value
			}
			return lookup.Bank{BIC: bic, Name: name, City: d.City, CorrAccount: d.CorrAccount, Active: d.State.Status == "" || d.State.Status == "ACTIVE"}, nil
		}
	}
	return lookup.Bank{}, notFound(bic)
}

func party(country prolong.Country) string {
	if country == prolong.Kazakhstan {
		return "party_kz"
	}
	return "party"
}

var statuses = map[string]lookup.Status{
	"ACTIVE": lookup.Active, "INACTIVE": lookup.Liquidated, "LIQUIDATING": lookup.Liquidating, "LIQUIDATED": lookup.Liquidated, "BANKRUPT": lookup.Bankrupt, "SUSPENDED": lookup.Suspended,
	"REORGANIZING": lookup.Active,
}

func company(country prolong.Country, x suggestion) (lookup.Company, bool) {
	var d struct {
		INN  string `json:"inn"`
		KPP  string `json:"kpp"`
		OGRN string `json:"ogrn"`
		Name struct {
			Full  string `json:"full_with_opf"`
			Short string `json:"short_with_opf"`
		} `json:"name"`
		Address struct {
			Value        string `json:"value"`
			Unrestricted string `json:"unrestricted_value"`
		} `json:"address"`
		Management *struct {
			Name string `json:"name"`
		} `json:"management"`
		State struct {
			Status string `json:"status"`
		} `json:"state"`
	}
	var kz struct {
		BIN     string `json:"bin"`
		Name    string `json:"name_ru"`
		Address string `json:"address_ru"`
		Head    string `json:"fio"`
		Status  string `json:"status"`
	}
	c := lookup.Company{Country: country, Name: x.Value}
	status := ""
	if country == prolong.Kazakhstan {
		if json.Unmarshal(x.Data, &kz) != nil {
			return c, false
		}
		c.TaxID, c.LegalName, c.Address, c.Head, status = prolong.TaxID(kz.BIN), kz.Name, kz.Address, kz.Head, kz.Status
	} else {
		if json.Unmarshal(x.Data, &d) != nil {
			return c, false
		}
		c.TaxID, c.KPP, c.RegNo, c.LegalName, c.Address, status = prolong.TaxID(d.INN), d.KPP, d.OGRN, d.Name.Full, d.Address.Unrestricted, d.State.Status
		if c.Address == "" {
			c.Address = d.Address.Value
		}
		if d.Name.Short != "" {
			c.Name = d.Name.Short
		}
		if d.Management != nil {
			c.Head = d.Management.Name
		}
	}
	if c.LegalName == "" {
		c.LegalName = c.Name
	}
	var ok bool
	if c.Status, ok = statuses[status]; !ok {
		c.Status = lookup.Unknown
	}
	return c, c.Name != "" && prolong.ValidTaxID(country, string(c.TaxID))
}

func notFound(query string) error {
	return prolong.NewError(prolong.CodeNotFound, "error.lookup_not_found", prolong.Args{"Query": query})
}

func (s *Source) ask(ctx context.Context, path string, question map[string]any) ([]suggestion, error) {
	s.mu.Lock()
	until := s.until
	s.mu.Unlock()
	now := s.c.Clock.Now()
	if now.Before(until) {
		return nil, usedUp(errors.New("dadata: the day's questions are used up"))
	}
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.c.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Token "+s.c.Key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	status, raw, err := s.c.HTTP.Fetch(req)
	if err != nil {
		return nil, err
	}
	cause := errors.New("dadata: status " + http.StatusText(status))
	switch {
	case status == http.StatusUnauthorized:
		return nil, prolong.NewError(prolong.CodeUnauthorized, "error.lookup_access", prolong.Args{"Service": service}).Because(cause)
	case status == http.StatusForbidden:
		// 10,000 questions a day are free; then it is 403 until midnight in Moscow.
		year, month, day := now.In(moscow).Date()
		s.mu.Lock()
		s.until = time.Date(year, month, day+1, 0, 0, 0, 0, moscow)
		s.mu.Unlock()
		return nil, usedUp(cause)
	case status != http.StatusOK:
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": service}).Because(cause)
	}
	var answer struct {
		Suggestions []suggestion `json:"suggestions"`
	}
	if err := json.Unmarshal(bytes.TrimSpace(raw), &answer); err != nil {
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": service}).Because(err)
	}
	for i := range answer.Suggestions {
		answer.Suggestions[i].Value = strings.TrimSpace(answer.Suggestions[i].Value)
	}
	return answer.Suggestions, nil
}

func usedUp(cause error) error {
	return prolong.NewError(prolong.CodeRateLimited, "error.lookup_often", nil).Because(cause)
}
