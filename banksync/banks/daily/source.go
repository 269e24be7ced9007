// Package daily fetches statements from interfaces that give them day by day and page by page
// in one schema: those of Sber and Alfa-Bank. Rules: reference banks.md 7.5 and 7.6.
package daily

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"prolong"
	"prolong/banksync/banks/channel"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/sber"
)

// Bank is what differs between the banks.
type Bank struct {
	Kind string
	Name string
	Path string // of the interface, after the address
	Rows sber.Bank
	Pace channel.Pace
	// Access makes the key of the settings.
	Access func(c *channel.Channel, s *channel.Settings) (*channel.Access, error)
}

const (
	// preparingMax and preparingEvery bound how long a day is waited for that the bank is
	// still drawing up (status 202).
	preparingMax   = 15
	preparingEvery = 2 * time.Second
)

var moscow = answer.Zone("Europe/Moscow")

// Source fetches statements day by day.
type Source struct {
	bank    Bank
	channel *channel.Channel
	access  *channel.Access
	url     string
	config  channel.Config
}

// Open returns the source of a bank that the settings declare; usual is its address.
func Open(b Bank, usual string, c channel.Config, s *channel.Settings) (*Source, error) {
	ch, err := channel.Open(b.Name, c, s, b.Pace)
	if err != nil {
		return nil, err
	}
	access, err := b.Access(ch, s)
	return &Source{bank: b, channel: ch, access: access, url: s.URL("url", usual), config: c}, err
}

// Fetch returns what the bank says about the days. The rows have no state: those of a day
// that is not over may still change and count as pending, those of an earlier one as booked.
func (s *Source) Fetch(ctx context.Context, account channel.Account, from, to prolong.Date) (channel.Answer, error) {
	pages := channel.NewPages(s.bank.Name)
	today := s.config.Today(moscow)
	for day := from; !day.After(to) && !day.After(today); day = day.AddDays(1) {
		if err := s.day(ctx, pages, account, day, !day.Before(today)); err != nil {
			return channel.Answer{}, err
		}
	}
	return pages.Answer()
}

func (s *Source) day(ctx context.Context, pages *channel.Pages, account channel.Account, day prolong.Date, open bool) error {
	for number := 1; ; number++ {
		// The address is made here: the bank's link to the next page may name another host.
		query := url.Values{"accountNumber": {account.Number}, "statementDate": {day.String()}, "page": {strconv.Itoa(number)}}
		reply, err := s.ask(ctx, s.url+s.bank.Path+"?"+query.Encode())
		if err != nil {
			return err
		}
		if reply.Status == http.StatusNotFound { // nothing has happened on this day
			return nil
		}
		page, err := sber.Decode(reply.Body, s.bank.Rows, sber.Options{Options: account.Options(), DayOpen: open})
		if err != nil {
			return err
		}
		s.holdToday(page.Statements)
		if err := pages.AddNumbered(reply.Body, page.Statements); err != nil {
			return err
		}
		if !page.More {
			return nil
		}
	}
}

// holdToday makes rows pending that an earlier day shows but that are dated later: they are
// booked when their own day is over.
func (s *Source) holdToday(statements []record.Statement) {
	today := s.config.Today(moscow)
	for i := range statements {
		for k := range statements[i].Entries {
			if e := &statements[i].Entries[k]; !e.Date.Before(today) {
				e.Status = record.Pending
			}
		}
	}
}

func (s *Source) ask(ctx context.Context, address string) (channel.Reply, error) {
	for range preparingMax {
		reply, err := s.access.Ask(ctx, s.channel, channel.Request{URL: address, Also: []int{http.StatusAccepted, http.StatusNotFound}})
		if err != nil || reply.Status != http.StatusAccepted {
			return reply, err
		}
		if err := s.config.Wait(ctx, preparingEvery); err != nil {
			return reply, err
		}
	}
	return channel.Reply{}, prolong.NewError(prolong.CodeUnavailable, "error.bank_statement_not_ready", prolong.Args{"Bank": s.bank.Name, "Seconds": int(preparingMax * preparingEvery / time.Second)})
}
