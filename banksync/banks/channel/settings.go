package channel

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"prolong"
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
		case k.File && !strings.HasPrefix(value, filePrefix):
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_file", prolong.Args{"Kind": kind, "Setting": k.Name})
		case k.Secret && !isReference(value):
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_secret", prolong.Args{"Kind": kind, "Setting": k.Name})
		case k.Name == "since":
			if _, err := prolong.ParseDate(value); err != nil {
				return err
			}
		case k.Name == "url" || k.Name == "token_url":
			if !safeAddress(value) {
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

// safeAddress says whether keys may be sent to an address: over TLS, or to this machine.
func safeAddress(value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

const filePrefix = "file:"

var environmentReference = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

func isReference(s string) bool {
	return environmentReference.MatchString(s) || strings.HasPrefix(s, filePrefix) && len(s) > len(filePrefix)
}

// Secrets reads secrets where they lie. The zero value knows none.
type Secrets struct {
	// LookupEnv answers for ${NAME}; os.LookupEnv in production.
	LookupEnv func(name string) (string, bool)
	// Dir is where relative paths of file: begin.
	Dir string
}

// Read returns the secret that a reference names. Returns CodeInvalid that names the
// reference, never what it led to.
func (s Secrets) Read(reference string) (string, error) {
	if m := environmentReference.FindStringSubmatch(reference); m != nil {
		if s.LookupEnv != nil {
			if value, ok := s.LookupEnv(m[1]); ok && strings.TrimSpace(value) != "" {
				return strings.TrimSpace(value), nil
			}
		}
		return "", prolong.NewError(prolong.CodeInvalid, "error.bank_secret_missing", prolong.Args{"Reference": reference})
	}
	if !strings.HasPrefix(reference, filePrefix) {
		return "", prolong.NewError(prolong.CodeInvalid, "error.bank_secret_missing", prolong.Args{"Reference": "?"})
	}
	raw, err := os.ReadFile(s.path(reference))
	if value := strings.TrimSpace(string(raw)); err == nil && value != "" {
		return value, nil
	}
	return "", prolong.NewError(prolong.CodeInvalid, "error.bank_secret_missing", prolong.Args{"Reference": reference})
}

// Write replaces the secret in a file, at once and for this user only: the bank has given a
// new one, and the old one is void.
func (s Secrets) Write(reference, secret string) error {
	path := s.path(reference)
	f, err := os.CreateTemp(filepath.Dir(path), ".token-*")
	if err != nil {
		return prolong.Wrap("channel.Secrets", err)
	}
	_, err = f.WriteString(secret + "\n")
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return prolong.Wrap("channel.Secrets", err)
}

func (s Secrets) path(reference string) string {
	path := strings.TrimPrefix(reference, filePrefix)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Dir, path)
}

// Settings are the declared settings of a source with its secrets read.
type Settings struct {
	values  map[string]string
	hidden  map[string]string
	secret  Secrets
	hideAll []string
}

// Read verifies the declared values and reads the secrets that they name.
func Read(kind string, keys []Key, values map[string]string, secrets Secrets) (*Settings, error) {
	if err := Check(kind, keys, values); err != nil {
		return nil, err
	}
	s := &Settings{values: values, hidden: map[string]string{}, secret: secrets}
	for _, k := range keys {
		if !k.Secret || values[k.Name] == "" {
			continue
		}
		value, err := secrets.Read(values[k.Name])
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
