// Package privatbank fetches statements from PrivatBank's interface "Автоклієнт" 3.0.0.
// Rules: reference banks.md 7.1.
package privatbank

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/privatbank"
)

// Kind names this source in declarations.
const Kind = "privatbank"

// Keys are its settings.
var Keys = []channel.Key{{Name: "token", Required: true, Secret: true}}

const (
	bank = "PrivatBank"
	base = "https://acp.privatbank.ua/api/statements"
	// rowsPerPage is what the bank recommends; it allows 500.
	rowsPerPage = 100
)

// Source fetches statements of accounts at PrivatBank.
type Source struct {
	channel *channel.Channel
	access  *channel.Access
	url     string
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*Source, error) {
	// The bank publishes no number; five calls a second never met its limit at integrators.
	ch, err := channel.Open(bank, c, s, channel.Pace{Burst: 5, Every: 200 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	access, err := channel.NewAccess(Kind, ch, s, "token", "", "")
	return &Source{channel: ch, access: access, url: s.URL("url", base)}, err
}

// Fetch returns what the bank says about the days. Booked is what is real and posted (FL_REAL
// r, PR_PR r); PR_PR t is a booked line that was taken back.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	if err := s.ready(ctx); err != nil {
		return channel.Answer{}, err
	}
	pages := channel.NewPages(bank)
	query := url.Values{"acc": {account.Number}, "startDate": {from.Time().Format("02-01-2006")}, "endDate": {to.Time().Format("02-01-2006")}, "limit": {strconv.Itoa(rowsPerPage)}}
	for {
		reply, err := s.get(ctx, "/transactions?"+query.Encode())
		if err != nil {
			return channel.Answer{}, err
		}
		page, err := privatbank.Decode(reply.Body, account.Options())
		if err != nil {
			return channel.Answer{}, err
		}
		if err := pages.Add(reply.Body, page.Statements); err != nil {
			return channel.Answer{}, err
		}
		// next_page_id is filled on the last page too: only exist_next_page counts.
		if !page.More {
			return pages.Answer()
		}
		if err := pages.Follow(page.Next); err != nil {
			return channel.Answer{}, err
		}
		query.Set("followId", page.Next)
	}
}

// ready asks whether the bank's books are open; it answers with errors to whoever does not ask
// first.
func (s *Source) ready(ctx context.Context) error {
	reply, err := s.get(ctx, "/settings")
	if err != nil {
		return err
	}
	var state struct {
		Settings struct {
			Phase  answer.Text `json:"phase"`
			Closed answer.Text `json:"work_balance"`
		} `json:"settings"`
	}
	if err := answer.Unmarshal(reply.Body, &state); err != nil {
		return err
	}
	if state.Settings.Phase != "WRK" || state.Settings.Closed == "Y" {
		return prolong.NewError(prolong.CodeUnavailable, "error.bank_day_closing", prolong.Args{"Bank": bank})
	}
	return nil
}

func (s *Source) get(ctx context.Context, path string) (channel.Reply, error) {
	return s.access.Ask(ctx, s.channel, channel.Request{URL: s.url + path, Header: map[string]string{
		// Without the charset the bank answers in cp1251.
		"Content-Type": "application/json;charset=utf-8",
	}})
}
