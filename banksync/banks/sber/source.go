// Package sber fetches statements from Sber API. Rules: reference banks.md 7.5.
package sber

import (
	"slices"
	"time"

	"prolong/banksync/banks/channel"
	"prolong/banksync/banks/daily"
	rows "prolong/banksync/statement/sber"
)

// Kind names this source in declarations.
const Kind = "sber"

// Keys are its settings: the access of the bank's consent, renewed here, and the client
// certificate.
var Keys = slices.Concat(required(channel.OAuth), channel.Certificate)

const (
	base     = "https://fintech.sberbank.ru:9443"
	tokenURL = base + "/ic/sso/api/v2/oauth/token"
)

func required(keys []channel.Key) []channel.Key {
	out := slices.Clone(keys)
	for i := range out {
		out[i].Required = out[i].Name != "token_url"
	}
	return out
}

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*daily.Source, error) {
	return daily.Open(daily.Bank{
		Kind: Kind, Name: "Сбер", Path: "/fintech/api/v2/statement/transactions", Rows: rows.Sber, Pace: channel.Pace{Burst: 5, Every: time.Second / 5},
		Access: func(ch *channel.Channel, s *channel.Settings) (*channel.Access, error) {
			return channel.NewAccess(Kind, ch, s, "Authorization", "Bearer ", tokenURL)
		},
	}, base, c, s)
}
