package main

import (
	"time"

	"prolong/banksync"
	"prolong/internal/mailbox"
)

// bankMailConfig is the mailbox that banks send statements to (PROLONG_BANK_IMAP_…).
type bankMailConfig struct {
	Host string `env:"HOST"` // imap.vendor.example:993; empty: no statements by mail
	TLS  string `env:"TLS" envDefault:"tls"`
	User string `env:"USER"`
	// Password opens it, PasswordFile names a file that holds it.
	Password     string `env:"PASSWORD"`
	PasswordFile string `env:"PASSWORD_FILE"`
	Folder       string `env:"FOLDER"`
	// Since leaves older letters of a mailbox with a past alone: 2026-11-01.
	Since string `env:"SINCE"`
	// Senders are the banks' addresses, or whole domains as "@bank.example"; AuthServers the names
	// under which our mail server signs Authentication-Results. Without both, statements by mail
	// wait for a person.
	Senders     []string `env:"SENDERS"`
	AuthServers []string `env:"AUTH_SERVERS"`
}

// bankMailboxKey is the name of the configured mailbox in the database.
const bankMailboxKey = "statements"

// connectBankMail tells banksync of the mailbox for statements, if there is one.
func (a *app) connectBankMail() error {
	c := a.cfg.BankMail
	if c.Host == "" {
		return nil
	}
	password, err := fileSecret("PROLONG_BANK_IMAP_PASSWORD_FILE", c.PasswordFile, c.Password)
	if err != nil {
		return err
	}
	box := banksync.Mailbox{Key: bankMailboxKey, Host: c.Host, TLS: mailbox.TLSMode(c.TLS), Username: c.User, Password: password, Folder: c.Folder, Senders: c.Senders, AuthServers: c.AuthServers}
	if c.Since != "" {
		if box.Since, err = time.Parse(time.DateOnly, c.Since); err != nil {
			return wrongSetting("PROLONG_BANK_IMAP_SINCE=%s: 2026-11-01", c.Since)
		}
	}
	return a.banksync.ConnectMailbox(box)
}
