// Package banks fetches statements from the interfaces of banks. There is one adapter per
// bank, each in a sub-package; this package is the door to them. See README.md.
package banks

import (
	"context"
	"maps"
	"slices"
	"strings"

	"prolong"
	"prolong/banksync/banks/alfa"
	"prolong/banksync/banks/channel"
	"prolong/banksync/banks/modulbank"
	"prolong/banksync/banks/monobank"
	"prolong/banksync/banks/privatbank"
	"prolong/banksync/banks/sber"
	"prolong/banksync/banks/tbank"
	"prolong/banksync/banks/tochka"
	"prolong/internal/outbound"
)

type (
	// Account is an account of a seller at a bank.
	Account = channel.Account
	// Answer is what a bank said about an account.
	Answer = channel.Answer
	// Config is what adapters get from outside.
	Config = channel.Config
	// Secrets reads secrets where they lie.
	Secrets = outbound.Secrets
)

// Source fetches statements of one bank with one access. It is safe for concurrent use.
type Source interface {
	// Fetch returns everything that the bank says about the days from and to and those between
	// them: all of it, or an error. Entries have the bank's own ids as keys, so fetching a day
	// again tells the same lines again; pending lines keep their key when they are booked.
	// Returns CodeUnavailable or CodeRateLimited if the bank cannot be asked now (Later says
	// until when), CodeUnauthorized or CodeForbidden if a person has to renew the access.
	Fetch(ctx context.Context, account Account, from, to prolong.Date) (Answer, error)
}

// Later returns for how long a bank is to be left alone, if err says so.
var Later = channel.Later

type kind struct {
	keys  []channel.Key
	check func(kind string, values map[string]string) error // more than the keys say; may be nil
	open  func(channel.Config, *channel.Settings) (Source, error)
}

// opened fits the adapters' constructors to one type.
func opened[S Source](open func(channel.Config, *channel.Settings) (S, error)) func(channel.Config, *channel.Settings) (Source, error) {
	return func(c channel.Config, s *channel.Settings) (Source, error) { return open(c, s) }
}

var kinds = map[string]kind{
	alfa.Kind:       {keys: alfa.Keys, open: opened(alfa.Open)},
	modulbank.Kind:  {keys: modulbank.Keys, open: opened(modulbank.Open)},
	monobank.Kind:   {keys: monobank.Keys, open: opened(monobank.Open)},
	privatbank.Kind: {keys: privatbank.Keys, open: opened(privatbank.Open)},
	sber.Kind:       {keys: sber.Keys, open: opened(sber.Open)},
	tbank.Kind:      {keys: tbank.Keys, check: channel.CheckAccess, open: opened(tbank.Open)},
	tochka.Kind:     {keys: tochka.Keys, check: channel.CheckAccess, open: opened(tochka.Open)},
}

// Kinds returns the kinds of sources, in their order.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Known says whether there is an adapter of this kind.
func Known(name string) bool {
	_, ok := kinds[name]
	return ok
}

func kindOf(name string) (kind, error) {
	k, ok := kinds[name]
	if !ok {
		return k, prolong.NewError(prolong.CodeInvalid, "error.bank_kind_unknown", prolong.Args{"Kind": name, "Allowed": strings.Join(Kinds(), ", ")})
	}
	k.keys = slices.Concat(k.keys, channel.Common)
	return k, nil
}

// Check verifies the settings of a source as they were declared, without reading the secrets
// that they name. Returns CodeInvalid that names the setting.
func Check(name string, values map[string]string) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}
	if err := channel.Check(name, k.keys, values); err != nil {
		return err
	}
	if k.check != nil {
		return k.check(name, values)
	}
	return nil
}

// Open returns the source that the settings declare. Nothing is sent to the bank. Returns
// CodeInvalid if the settings are wrong or a secret is not where they say.
func Open(name string, values map[string]string, c Config) (Source, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	if err := Check(name, values); err != nil {
		return nil, err
	}
	settings, err := channel.Read(name, k.keys, values, c.Secrets)
	if err != nil {
		return nil, err
	}
	return k.open(c, settings)
}
