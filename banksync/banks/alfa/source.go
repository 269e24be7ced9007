// Package alfa fetches statements from Alfa-Bank's interface. Rules: reference banks.md 7.6.
package alfa

import (
	"slices"
	"time"

	"prolong/banksync/banks/channel"
	"prolong/banksync/banks/daily"
	rows "prolong/banksync/statement/sber"
)

// Kind names this source in declarations.
const Kind = "alfa"

// Keys are its settings: the key of the interface and the client certificate.
var Keys = slices.Concat([]channel.Key{{Name: "token", Required: true, Secret: true}, {Name: "scheme"}}, channel.Certificate)

const (
	base = "https://baas.alfabank.ru"
	// usualScheme is the word before the key; the setting "scheme" says Bearer where the bank
	// gave such a key.
	usualScheme = "ApiKey"
)

// Open returns the source that the settings declare.
func Open(c channel.Config, s *channel.Settings) (*daily.Source, error) {
	scheme := s.Get("scheme")
	if scheme == "" {
		scheme = usualScheme
	}
	return daily.Open(daily.Bank{
		Kind: Kind, Name: "Альфа-Банк", Path: "/api/jp/v1/statement/transactions", Rows: rows.Alfa,
		// The bank publishes no number; Sber's, of the same interface, is kept.
		Pace: channel.Pace{Burst: 5, Every: time.Second / 5},
		Access: func(ch *channel.Channel, s *channel.Settings) (*channel.Access, error) {
			return channel.NewAccess(Kind, ch, s, "Authorization", scheme+" ", "")
		},
	}, base, c, s)
}
