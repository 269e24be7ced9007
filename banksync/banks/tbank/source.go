// Package tbank fetches statements from the interface of T-Bank for business. Rules:
// reference banks.md 7.4.
package tbank

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/tbank"
)

// Kind names this source in declarations.
const Kind = "tbank"

// Keys are its settings: a token of the bank's cabinet, or an access that is renewed.
var Keys = slices.Concat([]channel.Key{{Name: "token", Secret: true}}, channel.OAuth, channel.Certificate)

const (
	bank     = "T-Bank"
	base     = "https://business.tbank.ru/openapi"
	tokenURL = "https://id.tinkoff.ru/auth/token"
	// rowsPerPage is well below the bank's 5000, so that a page comes soon.
	rowsPerPage = 1000
)

var moscow = answer.Zone("Europe/Moscow")

// Source fetches statements of accounts at T-Bank.
type Source struct {
	channel *channel.Channel
	access  *channel.Access
	url     string
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*Source, error) {
	ch, err := channel.Open(bank, c, s, channel.Pace{Burst: 10, Every: time.Second / 20})
	if err != nil {
		return nil, err
	}
	access, err := channel.NewAccess(Kind, ch, s, "Authorization", "Bearer ", tokenURL)
	return &Source{channel: ch, access: access, url: s.URL("url", base)}, err
}

// Fetch returns what the bank says about the days. Booked is operationStatus Transaction;
// Authorization is a hold.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	pages := channel.NewPages(bank)
	query := url.Values{
		"accountNumber": {account.Number}, "operationStatus": {"All"}, "limit": {strconv.Itoa(rowsPerPage)},
		// The bank's periods are half-open.
		"from": {from.Start(moscow).UTC().Format(time.RFC3339)}, "to": {to.AddDays(1).Start(moscow).UTC().Format(time.RFC3339)},
	}
	for {
		reply, err := s.access.Ask(ctx, s.channel, channel.Request{URL: s.url + "/api/v1/statement?" + query.Encode()})
		if err != nil {
			return channel.Answer{}, err
		}
		page, err := tbank.Decode(reply.Body, account.Options())
		if err != nil {
			return channel.Answer{}, err
		}
		if err := pages.Add(reply.Body, page.Statements); err != nil {
			return channel.Answer{}, err
		}
		if !page.More {
			return pages.Answer()
		}
		if err := pages.Follow(page.Next); err != nil {
			return channel.Answer{}, err
		}
		query.Set("cursor", page.Next)
	}
}
