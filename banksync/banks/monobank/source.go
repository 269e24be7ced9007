// Package monobank fetches statements of sole traders (ФОП) from monobank's interface. Rules:
// reference banks.md 7.2.
package monobank

import (
	"context"
	"strconv"
	"sync"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/monobank"
)

// Kind names this source in declarations.
const Kind = "monobank"

// Keys are its settings. account_id is the bank's id of the account; without it the bank is
// asked once for the id of the IBAN.
var Keys = []channel.Key{{Name: "token", Required: true, Secret: true}, {Name: "account_id"}}

const (
	bank = "monobank"
	base = "https://api.monobank.ua"
	// pace is the bank's limit per token and method.
	pace = time.Minute
	// span is the longest period of one request: 31 days and an hour, in seconds.
	span = 2_682_000
)

var kyiv = answer.Zone("Europe/Kyiv")

// Source fetches statements of accounts at monobank.
type Source struct {
	info, rows *channel.Channel
	access     *channel.Access
	url        string
	config     channel.Config

	mu  sync.Mutex
	ids map[string]string // by IBAN
	own string            // declared
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*Source, error) {
	info, err := channel.Open(bank, c, s, channel.Pace{Burst: 1, Every: pace})
	if err != nil {
		return nil, err
	}
	rows, err := channel.Open(bank, c, s, channel.Pace{Burst: 1, Every: pace})
	if err != nil {
		return nil, err
	}
	access, err := channel.NewAccess(Kind, rows, s, "X-Token", "", "")
	return &Source{info: info, rows: rows, access: access, url: s.URL("url", base), config: c, ids: map[string]string{}, own: s.Get("account_id")}, err
}

// Fetch returns what the bank says about the days. Booked is what is not held; a hold may
// change its amount or vanish.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	id, err := s.idOf(ctx, account.Number)
	if err != nil {
		return channel.Answer{}, err
	}
	pages := channel.NewPages(bank)
	first := from.Start(kyiv).Unix()
	// The bank has nothing to tell about the future.
	end := min(to.AddDays(1).Start(kyiv).Unix()-1, s.config.Time().Unix())
	for start := first; start <= end; start += span + 1 {
		if err := s.period(ctx, pages, account, id, start, min(start+span, end)); err != nil {
			return channel.Answer{}, err
		}
	}
	return pages.Answer()
}

// period reads one period, the newest rows first. A full page goes on before the time of its
// last row; that second is asked for again, because it may hold more rows.
func (s *Source) period(ctx context.Context, pages *channel.Pages, account channel.Account, id string, start, end int64) error {
	for {
		reply, err := s.access.Ask(ctx, s.rows, channel.Request{URL: s.url + "/personal/statement/" + id + "/" + strconv.FormatInt(start, 10) + "/" + strconv.FormatInt(end, 10)})
		if err != nil {
			return err
		}
		page, err := monobank.Decode(reply.Body, account.Options())
		if err != nil {
			return err
		}
		if err := pages.Add(reply.Body, page.Statements); err != nil {
			return err
		}
		if !page.More {
			return nil
		}
		next, err := strconv.ParseInt(page.Next, 10, 64)
		if err != nil || next >= end {
			// No progress: more rows in one second than the bank gives at once, or an end that
			// it does not obey.
			return pages.Follow("")
		}
		end = next
	}
}

// idOf returns the bank's id of an IBAN.
func (s *Source) idOf(ctx context.Context, iban string) (string, error) {
	if s.own != "" {
		return s.own, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.ids[iban]; ok {
		return id, nil
	}
	reply, err := s.access.Ask(ctx, s.info, channel.Request{URL: s.url + "/personal/client-info"})
	if err != nil {
		return "", err
	}
	var client struct {
		Accounts []struct {
			ID   string `json:"id"`
			IBAN string `json:"iban"`
		} `json:"accounts"`
	}
	if err := answer.Unmarshal(reply.Body, &client); err != nil {
		return "", err
	}
	for _, a := range client.Accounts {
		s.ids[a.IBAN] = a.ID
	}
	if id, ok := s.ids[iban]; ok {
		return id, nil
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.bank_account_not_there", prolong.Args{"Bank": bank, "Number": iban})
}
