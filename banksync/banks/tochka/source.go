// Package tochka fetches statements from Tochka's interface (open banking 1.0): a statement
// is ordered, drawn up by the bank, and fetched. Rules: reference banks.md 7.3.
package tochka

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/tochka"
)

// Kind names this source in declarations.
const Kind = "tochka"

// Keys are its settings: a token of the bank's cabinet, or an access that is renewed.
var Keys = slices.Concat([]channel.Key{{Name: "token", Secret: true}}, channel.OAuth)

const (
	bank     = "Точка"
	base     = "https://enter.tochka.com/uapi/open-banking/v1.0"
	tokenURL = "https://enter.tochka.com/connect/token"
	// looksMax and lookEvery bound how long a statement is waited for.
	looksMax  = 30
	lookEvery = 2 * time.Second
)

// Source fetches statements of accounts at Tochka.
type Source struct {
	channel *channel.Channel
	access  *channel.Access
	url     string
	config  channel.Config
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*Source, error) {
	// The bank publishes no number for statements.
	ch, err := channel.Open(bank, c, s, channel.Pace{Burst: 5, Every: 200 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	access, err := channel.NewAccess(Kind, ch, s, "Authorization", "Bearer ", tokenURL)
	return &Source{channel: ch, access: access, url: s.URL("url", base), config: c}, err
}

// Fetch orders a statement of the days and waits until it is ready. Booked is status Booked;
// a payment that is on its way keeps its id when it is booked.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	accountID := account.Number + "/" + account.BIC
	order, err := s.order(ctx, accountID, from, to)
	if err != nil {
		return channel.Answer{}, err
	}
	// The account's id holds a slash of its own.
	address := s.url + "/accounts/" + url.PathEscape(accountID) + "/statements/" + url.PathEscape(order)
	for range looksMax {
		reply, err := s.access.Ask(ctx, s.channel, channel.Request{URL: address})
		if err != nil {
			return channel.Answer{}, err
		}
		got, err := tochka.Decode(reply.Body, account.Options())
		if err != nil {
			return channel.Answer{}, err
		}
		if got.Ready {
			pages := channel.NewPages(bank)
			if err := pages.Add(reply.Body, got.Statements); err != nil {
				return channel.Answer{}, err
			}
			return pages.Answer()
		}
		if err := s.config.Wait(ctx, lookEvery); err != nil {
			return channel.Answer{}, err
		}
	}
	return channel.Answer{}, prolong.NewError(prolong.CodeUnavailable, "error.bank_statement_not_ready", prolong.Args{"Bank": bank, "Seconds": int(looksMax * lookEvery / time.Second)})
}

// order asks for a statement and returns its id. Ordering twice gives two equal statements, so
// it may be repeated.
func (s *Source) order(ctx context.Context, accountID string, from, to prolong.Date) (string, error) {
	type period struct {
		AccountID string `json:"accountId"`
		From      string `json:"startDateTime"`
		To        string `json:"endDateTime"`
	}
	var body struct {
		Data struct {
			Statement period `json:"Statement"`
		} `json:"Data"`
	}
	body.Data.Statement = period{AccountID: accountID, From: from.String(), To: to.String()}
	raw, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	reply, err := s.access.Ask(ctx, s.channel, channel.Request{Method: http.MethodPost, URL: s.url + "/statements", Body: raw, Header: map[string]string{"Content-Type": "application/json"}})
	if err != nil {
		return "", err
	}
	var made struct {
		Data struct {
			Statement struct {
				ID answer.Text `json:"statementId"`
			} `json:"Statement"`
		} `json:"Data"`
		Message answer.Text `json:"message"`
	}
	if err := answer.Unmarshal(reply.Body, &made); err != nil {
		return "", err
	}
	if id := made.Data.Statement.ID.String(); id != "" {
		return id, nil
	}
	return "", prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused", prolong.Args{"Reason": record.Excerpt(answer.First(made.Message, "statementId").String())})
}
