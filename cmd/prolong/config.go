package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"prolong"
	"prolong/notify"
)

// Config is everything that the environment says. Business settings are not here: they live
// in tables, declared by `prolong apply`.
type Config struct {
	// DatabaseURL of a PostgreSQL 15 or newer; empty starts a private server in DataDir.
	DatabaseURL string `env:"DATABASE_URL"`
	// DataDir holds the private database, the mail spool and inboxes with relative paths.
	DataDir string `env:"PROLONG_DATA" envDefault:"./var"`
	// Now starts the clock at an instant (RFC 3339); empty is the real time.
	Now string `env:"PROLONG_NOW"`
	// Addr is where pages and API are served, MetricsAddr where metrics are; empty serves none.
	Addr        string `env:"PROLONG_ADDR" envDefault:"127.0.0.1:8080"`
	MetricsAddr string `env:"PROLONG_METRICS_ADDR"`
	// BaseURL is how people reach us from outside, for links in letters.
	BaseURL string `env:"PROLONG_BASE_URL"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed, "10.0.0.0/8".
	TrustedProxies []string `env:"PROLONG_TRUSTED_PROXIES"`
	// SMTP is the mail server (PROLONG_SMTP_HOST and so on); without a host letters are
	// written as files into DataDir/mail. PROLONG_SMTP_PASSWORD_FILE names a file that holds
	// the password.
	SMTP             notify.SMTPConfig `envPrefix:"PROLONG_SMTP_"`
	SMTPPasswordFile string            `env:"PROLONG_SMTP_PASSWORD_FILE"`
	// Secret signs the reply addresses of tickets and seals the sessions of exchanges; empty keeps
	// one in DataDir. All processes on one database need the same.
	Secret string `env:"PROLONG_SECRET"`
	// IMAP is the mailbox of support, OnlinePBX the telephone exchange; both may be missing.
	IMAP      imapConfig      `envPrefix:"PROLONG_IMAP_"`
	OnlinePBX onlinePBXConfig `envPrefix:"PROLONG_ONLINEPBX_"`
	// BankMail is the mailbox that banks send statements to; it may be missing.
	BankMail bankMailConfig `envPrefix:"PROLONG_BANK_IMAP_"`
	// DaData answers for companies of Russia and Kazakhstan, Opendatabot for those of Ukraine.
	DaData      registerConfig `envPrefix:"PROLONG_DADATA_"`
	Opendatabot registerConfig `envPrefix:"PROLONG_OPENDATABOT_"`
	// MailFrom is the sender of letters, MailBrand the name beside it; empty is the seller's.
	MailFrom  string `env:"PROLONG_MAIL_FROM" envDefault:"billing@prolong.test"`
	MailBrand string `env:"PROLONG_MAIL_BRAND"`
	// Lang is the language of the command line: ru, uk, kk or en.
	Lang string `env:"PROLONG_LANG" envDefault:"ru"`
	// LogFormat is text or json, LogLevel one of debug, info, warn, error.
	LogFormat string `env:"PROLONG_LOG_FORMAT" envDefault:"text"`
	LogLevel  string `env:"PROLONG_LOG_LEVEL" envDefault:"info"`
}

// loadConfig reads the environment and checks it.
func loadConfig() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return c, prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": err.Error()})
	}
	if c.SMTPPasswordFile != "" {
		secret, err := os.ReadFile(c.SMTPPasswordFile)
		if err != nil {
			return c, prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": fmt.Sprintf("PROLONG_SMTP_PASSWORD_FILE: %v", err)})
		}
		c.SMTP.Password = strings.TrimSpace(string(secret))
	}
	if err := c.loadSecrets(); err != nil {
		return c, err
	}
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return c, prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": fmt.Sprintf("PROLONG_DATA: %v", err)})
	}
	c.DataDir = dir
	if c.BaseURL == "" {
		c.BaseURL = "http://" + c.Addr
	}
	return c, nil
}

// clock returns the clock that the configuration asks for.
func (c Config) clock() (prolong.Clock, error) {
	if c.Now == "" {
		return prolong.SystemClock{}, nil
	}
	at, err := time.Parse(time.RFC3339, c.Now)
	if err != nil {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": "PROLONG_NOW=" + c.Now + ": 2026-03-01T09:00:00+03:00"})
	}
	return prolong.NewRunningClock(at), nil
}

// mailFolder is where letters go without a mail server.
func (c Config) mailFolder() string { return filepath.Join(c.DataDir, "mail") }

// transport is the way of letters: a mail server, or files in the data folder.
func (c Config) transport() (notify.Transport, error) {
	if c.SMTP.Host == "" {
		return notify.NewFolderTransport(c.mailFolder())
	}
	return notify.NewSMTPTransport(c.SMTP)
}

// spooled counts the letters in the folder.
func (c Config) spooled() (int, error) {
	files, err := filepath.Glob(filepath.Join(c.mailFolder(), "*.eml"))
	return len(files), err
}

// defaultBrand stands beside the sender's address of letters that no seller writes: codes, tickets.
const defaultBrand = "Prolong"

func (c Config) brand() string { return cmp.Or(c.MailBrand, defaultBrand) }
