package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prolong"
	"prolong/internal/mailbox"
	"prolong/telephony"
	"prolong/tickets"
)

// imapConfig is the mailbox that letters to support are fetched from (PROLONG_IMAP_…).
type imapConfig struct {
	Address string `env:"ADDRESS"` // what clients write to
	Host    string `env:"HOST"`    // imap.vendor.example:993; empty: letters are not fetched
	TLS     string `env:"TLS" envDefault:"tls"`
	User    string `env:"USER"` // empty: the address
	// Password opens it, PasswordFile names a file that holds it.
	Password     string `env:"PASSWORD"`
	PasswordFile string `env:"PASSWORD_FILE"`
	Folder       string `env:"FOLDER"`
	MoveTo       string `env:"MOVE_TO"`
	// Since leaves older letters of a mailbox with a past alone: 2026-11-01.
	Since string `env:"SINCE"`
	// AuthServers are the names under which our mail server signs Authentication-Results.
	AuthServers []string `env:"AUTH_SERVERS"`
}

// onlinePBXConfig is the telephone exchange (PROLONG_ONLINEPBX_…).
type onlinePBXConfig struct {
	Domain  string `env:"DOMAIN"` // pbx1234.onpbx.ru; empty: no exchange
	Key     string `env:"KEY"`
	KeyFile string `env:"KEY_FILE"`
	BaseURL string `env:"BASE_URL"`
	Country string `env:"COUNTRY" envDefault:"RU"`
	// HookToken is the secret end of the address that webhooks come to.
	HookToken  string   `env:"HOOK_TOKEN"`
	Numbers    []string `env:"NUMBERS"` // our own
	Recordings bool     `env:"RECORDINGS"`
}

// The keys under which the configured mailbox and line stand in the database.
const (
	mailboxKey = "support"
	lineKey    = "onlinepbx"
)

// hookTokenMin is what telephony asks of a token.
const hookTokenMin = 16

func wrongSetting(format string, args ...any) error {
	return prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": fmt.Sprintf(format, args...)})
}

// fileSecret reads a secret from a file if one is named.
func fileSecret(name, file, value string) (string, error) {
	if file == "" {
		return value, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", wrongSetting("%s: %v", name, err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// loadSecrets reads the files that hold secrets of the support line.
func (c *Config) loadSecrets() (err error) {
	if c.IMAP.Password, err = fileSecret("PROLONG_IMAP_PASSWORD_FILE", c.IMAP.PasswordFile, c.IMAP.Password); err != nil {
		return err
	}
	if c.DaData.Key, err = fileSecret("PROLONG_DADATA_KEY_FILE", c.DaData.KeyFile, c.DaData.Key); err != nil {
		return err
	}
	if c.Opendatabot.Key, err = fileSecret("PROLONG_OPENDATABOT_KEY_FILE", c.Opendatabot.KeyFile, c.Opendatabot.Key); err != nil {
		return err
	}
	c.OnlinePBX.Key, err = fileSecret("PROLONG_ONLINEPBX_KEY_FILE", c.OnlinePBX.KeyFile, c.OnlinePBX.Key)
	return err
}

// mailbox returns what is configured, nil for none.
func (c imapConfig) mailbox() (*tickets.Mailbox, error) {
	if c.Host == "" {
		return nil, nil //nolint:nilnil // no mailbox is no error
	}
	user := c.User
	if user == "" {
		user = c.Address
	}
	mode := mailbox.TLSMode(c.TLS)
	switch {
	case !strings.Contains(c.Address, "@"):
		return nil, wrongSetting("PROLONG_IMAP_ADDRESS=%s: support@vendor.example", c.Address)
	case c.Password == "":
		return nil, wrongSetting("PROLONG_IMAP_PASSWORD, PROLONG_IMAP_PASSWORD_FILE")
	case !mode.Valid():
		return nil, wrongSetting("PROLONG_IMAP_TLS=%s: %s, %s, %s", c.TLS, mailbox.TLSImplicit, mailbox.TLSStart, mailbox.TLSNone)
	}
	box := &tickets.Mailbox{Key: mailboxKey, Address: c.Address, Host: c.Host, TLS: mode, Username: user, Password: c.Password, Folder: c.Folder, MoveTo: c.MoveTo}
	if c.Since != "" {
		since, err := time.Parse(time.DateOnly, c.Since)
		if err != nil {
			return nil, wrongSetting("PROLONG_IMAP_SINCE=%s: 2026-11-01", c.Since)
		}
		box.Since = since
	}
	return box, nil
}

// line returns what is configured, nil for none.
func (c onlinePBXConfig) line() (*telephony.Line, error) {
	if c.Domain == "" {
		return nil, nil //nolint:nilnil // no exchange is no error
	}
	country := prolong.Country(strings.ToUpper(c.Country))
	if err := oneOf("PROLONG_ONLINEPBX_COUNTRY", country, prolong.Russia, prolong.Ukraine, prolong.Kazakhstan); err != nil {
		return nil, err
	}
	switch {
	case c.Key == "":
		return nil, wrongSetting("PROLONG_ONLINEPBX_KEY, PROLONG_ONLINEPBX_KEY_FILE")
	case len(c.HookToken) < hookTokenMin:
		return nil, wrongSetting("PROLONG_ONLINEPBX_HOOK_TOKEN: ≥ %d", hookTokenMin)
	}
	return &telephony.Line{Key: lineKey, Country: country, HookToken: c.HookToken, OwnNumbers: c.Numbers}, nil
}

// secretBytes is the length of a secret that is drawn here, secretBytesMin of one that is given.
const (
	secretBytes    = 32
	secretBytesMin = 16
)

// secret returns what signs reply addresses and seals the sessions of exchanges: the
// configuration's, else one drawn once and kept in the data folder, readable by its owner only.
func (c Config) secret() ([]byte, error) {
	if c.Secret != "" {
		if len(c.Secret) < secretBytesMin {
			return nil, wrongSetting("PROLONG_SECRET: ≥ %d", secretBytesMin)
		}
		return []byte(c.Secret), nil
	}
	file := filepath.Join(c.DataDir, "secret")
	if kept, err := os.ReadFile(file); err == nil && len(kept) >= secretBytesMin {
		return kept, nil
	} else if err == nil {
		return nil, wrongSetting("%s: ≥ %d", file, secretBytesMin)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, wrongSetting("%s: %v", file, err)
	}
	raw := make([]byte, secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	return c.keepSecret(file, []byte(hex.EncodeToString(raw)))
}

// keepSecret puts a new secret into its place, whole or not at all; of two processes that begin
// at once, both get that of the first.
func (c Config) keepSecret(file string, secret []byte) ([]byte, error) {
	temporary, err := os.CreateTemp(c.DataDir, "secret-*") // made with mode 0600
	if err != nil {
		return nil, wrongSetting("PROLONG_DATA: %v", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone, or a second name of what stays
	_, err = temporary.Write(secret)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return nil, wrongSetting("PROLONG_DATA: %v", err)
	}
	if err := os.Link(temporary.Name(), file); errors.Is(err, fs.ErrExist) {
		return os.ReadFile(file)
	} else if err != nil {
		return nil, wrongSetting("PROLONG_DATA: %v", err)
	}
	return secret, nil
}
