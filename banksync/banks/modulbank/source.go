// Package modulbank fetches statements from Modulbank's interface. Rules: reference banks.md
// 7.7.
package modulbank

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/modulbank"
)

// Kind names this source in declarations.
const Kind = "modulbank"

// Keys are its settings.
var Keys = []channel.Key{{Name: "token", Required: true, Secret: true}}

const (
	bank = "Modulbank"
	base = "https://api.modulbank.ru"
	// rowsPerPage is the most that the bank gives at once.
	rowsPerPage = 50
)

// Source fetches statements of accounts at Modulbank.
type Source struct {
	channel *channel.Channel
	access  *channel.Access
	url     string

	mu  sync.Mutex
	ids map[string]string // by account number
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*Source, error) {
	// The bank publishes no limit.
	ch, err := channel.Open(bank, c, s, channel.Pace{Burst: 5, Every: 200 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	access, err := channel.NewAccess(Kind, ch, s, "Authorization", "Bearer ", "")
	return &Source{channel: ch, access: access, url: s.URL("url", base), ids: map[string]string{}}, err
}

// Fetch returns what the bank says about the days. Booked is Received, PayReceived and
// Executed; "Debet" is money in.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	id, err := s.idOf(ctx, account.Number)
	if err != nil {
		return channel.Answer{}, err
	}
	pages := channel.NewPages(bank)
	for skip := 0; ; {
		reply, err := s.post(ctx, "/v1/operation-history/"+url.PathEscape(id), map[string]any{
			"from": from.String() + "T00:00:00", "till": to.String() + "T23:59:59", "skip": skip, "records": rowsPerPage,
		})
		if err != nil {
			return channel.Answer{}, err
		}
		var rows []json.RawMessage
		if err := answer.Unmarshal(reply.Body, &rows); err != nil {
			return channel.Answer{}, err
		}
		page, err := modulbank.Decode(reply.Body, account.Options())
		if err != nil {
			return channel.Answer{}, err
		}
		if !page.More {
			return pages.Answer()
		}
		if err := pages.AddNumbered(reply.Body, page.Statements); err != nil {
			return channel.Answer{}, err
		}
		// What the bank gave, not what could be read of it.
		skip += len(rows)
	}
}

// idOf returns the bank's id of an account number.
func (s *Source) idOf(ctx context.Context, number string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.ids[number]; ok {
		return id, nil
	}
	reply, err := s.post(ctx, "/v1/account-info", map[string]any{})
	if err != nil {
		return "", err
	}
	var companies []struct {
		Accounts []struct {
			ID     string      `json:"id"`
			Number answer.Text `json:"number"`
		} `json:"bankAccounts"`
	}
	if err := answer.Unmarshal(reply.Body, &companies); err != nil {
		return "", err
	}
	for _, c := range companies {
		for _, a := range c.Accounts {
			s.ids[string(a.Number)] = a.ID
		}
	}
	if id, ok := s.ids[number]; ok {
		return id, nil
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.bank_account_not_there", prolong.Args{"Bank": bank, "Number": number})
}

func (s *Source) post(ctx context.Context, path string, body map[string]any) (channel.Reply, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return channel.Reply{}, err
	}
	return s.access.Ask(ctx, s.channel, channel.Request{Method: http.MethodPost, URL: s.url + path, Body: raw, Header: map[string]string{"Content-Type": "application/json"}})
}
