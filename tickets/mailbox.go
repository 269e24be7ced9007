package tickets

import (
	"crypto/tls"
	"time"

	"prolong/internal/mailbox"
)

// Mailbox is an IMAP folder that letters to support arrive in.
type Mailbox struct {
	Key     string // names it in the database; never reused for another folder
	Address string // the address that clients write to: support@vendor.example
	// Host is the server, "imap.vendor.example:993". TLS says how it is spoken to.
	Host string
	TLS  mailbox.TLSMode
	// TLSConfig is for servers with certificates of their own; nil trusts what the machine does.
	TLSConfig *tls.Config
	Username  string
	Password  string
	Folder    string // "" means INBOX
	// MoveTo is a folder for letters that are stored; "" leaves them where they are.
	MoveTo string
	// Since leaves letters alone that arrived before, where a mailbox with a past is connected.
	Since time.Time
}

// server is the account that the mailbox is read by.
func (m Mailbox) server() mailbox.Server {
	return mailbox.Server{Host: m.Host, TLS: m.TLS, TLSConfig: m.TLSConfig, Username: m.Username, Password: m.Password}
}

func (m Mailbox) folder() string {
	if m.Folder == "" {
		return "INBOX"
	}
	return m.Folder
}

// MailboxStatus is the health of a mailbox for the page of integrations.
type MailboxStatus struct {
	Key           string
	Address       string
	LastFetchAt   time.Time // zero before the first attempt
	LastSuccessAt time.Time
	LastError     string // "" if the last attempt was one
	Failures      int    // in a row
	Waiting       int    // letters that are stored and not read yet
	Quarantine    int    // letters that need a person's eyes
}
