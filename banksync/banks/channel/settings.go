package channel

import (
	"slices"
	"strings"

	"prolong"
	"prolong/internal/outbound"
)

// Key is a setting of a source.
type Key struct {
	Name     string
	Required bool
	// Secret settings hold where the secret lies, never the secret: ${NAME} or file:PATH.
	Secret bool
	// File settings can only lie in a file: certificates, and tokens that the bank changes.
	File bool
}

// Common are settings of every source.
var Common = []Key{
	{Name: "since"}, // the first day to ask for
	{Name: "url"},   // another address of the interface: a sandbox, a proxy
}

// Certificate are the settings of banks that want a client certificate (mTLS).
var Certificate = []Key{
	{Name: "ca", Secret: true, File: true}, // the authority of the bank's own certificate
	{Name: "certificate", Secret: true, File: true},
	{Name: "private_key", Secret: true, File: true},
}

// OAuth are the settings of an access that is renewed; they stand instead of a token.
var OAuth = []Key{
	{Name: "client_id"},
	{Name: "client_secret", Secret: true},
	{Name: "refresh_token", Secret: true, File: true},
	{Name: "token_url"},
}

// Check verifies settings as they were declared, without reading a secret. Returns CodeInvalid
// that names the setting.
func Check(kind string, keys []Key, values map[string]string) error {
	known := make([]string, 0, len(keys))
	for _, k := range keys {
		known = append(known, k.Name)
		value := values[k.Name]
		switch {
		case value == "" && k.Required:
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_missing", prolong.Args{"Kind": kind, "Setting": k.Name})
		case value == "":
		case k.File && !outbound.IsFileReference(value):
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_file", prolong.Args{"Kind": kind, "Setting": k.Name})
		case k.Secret && !outbound.IsReference(value):
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_secret", prolong.Args{"Kind": kind, "Setting": k.Name})
		case k.Name == "since":
			if _, err := prolong.ParseDate(value); err != nil {
				return err
			}
		case k.Name == "url" || k.Name == "token_url":
			if !outbound.SafeAddress(value) {
				return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_url", prolong.Args{"Kind": kind, "Setting": k.Name})
			}
		}
	}
	slices.Sort(known)
	for name := range values {
		if !slices.Contains(known, name) {
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_unknown", prolong.Args{"Kind": kind, "Setting": name, "Allowed": strings.Join(known, ", ")})
		}
	}
	return nil
}

// readSecret returns the secret that a reference names. Returns CodeInvalid that names the
// reference, never what it led to.
func readSecret(secrets outbound.Secrets, reference string) (string, error) {
	if value, ok := secrets.Read(reference); ok {
		return value, nil
	}
	if !outbound.IsReference(reference) {
		reference = "?" // it may be the secret itself
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.bank_secret_missing", prolong.Args{"Reference": reference})
}

// Settings are the declared settings of a source with its secrets read.
type Settings struct {
	values  map[string]string
	hidden  map[string]string
	secret  outbound.Secrets
	hideAll []string
}

// Read verifies the declared values and reads the secrets that they name.
func Read(kind string, keys []Key, values map[string]string, secrets outbound.Secrets) (*Settings, error) {
	if err := Check(kind, keys, values); err != nil {
		return nil, err
	}
	s := &Settings{values: values, hidden: map[string]string{}, secret: secrets}
	for _, k := range keys {
		if !k.Secret || values[k.Name] == "" {
			continue
		}
		value, err := readSecret(secrets, values[k.Name])
		if err != nil {
			return nil, err
		}
		s.hidden[k.Name] = value
		s.hideAll = append(s.hideAll, value)
	}
	return s, nil
}

// Get returns a setting; of a secret one, the secret.
func (s *Settings) Get(name string) string {
	if value, ok := s.hidden[name]; ok {
		return value
	}
	return s.values[name]
}

// URL returns the declared address, or the bank's usual one.
func (s *Settings) URL(name, usual string) string {
	if declared := s.values[name]; declared != "" {
		return strings.TrimSuffix(declared, "/")
	}
	return usual
}

func (s *Settings) secrets() []string {
	if s == nil {
		return nil
	}
	return s.hideAll
}
