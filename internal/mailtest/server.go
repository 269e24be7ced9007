// Package mailtest starts a real mail server for tests: Exim takes mail over SMTP and delivers
// it into Maildirs, Dovecot shows them over IMAP. Both run unprivileged on loopback ports with
// their files in a temporary folder, and end with the test.
//
// It needs Debian's packages exim4-daemon-light and dovecot-imapd; neither has to be set up or
// running as a service.
package mailtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Domain is the domain of mailboxes in examples. The server takes mail for any domain.
const Domain = "example.test"

// User and Password log in to SMTP. Logging in is offered, not demanded.
const (
	User     = "prolong"
	Password = "smtp-secret"
)

// startTimeoutMax bounds the start of the two servers on a loaded machine.
const startTimeoutMax = 30 * time.Second

// Server is a running pair of mail servers.
type Server struct {
	// SMTPAddr is host:port with STARTTLS and AUTH PLAIN offered.
	SMTPAddr string
	// IMAPAddr is host:port of plain IMAP with STARTTLS; IMAPSAddr that of IMAP over TLS.
	IMAPAddr, IMAPSAddr string
	// TLS trusts the server's certificate, which is made out for 127.0.0.1 and localhost.
	TLS *tls.Config

	dir string
	mu  sync.Mutex // guards the files of mailboxes
}

// Start starts the servers and stops them at the end of the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	dir := makeDir(tb)
	certificate, roots := newCertificate(tb)
	s := &Server{dir: dir, TLS: &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
	for _, sub := range []string{"mail", "refuse", "defer", "spool", "log", "run", "state"} {
		require.NoError(tb, os.Mkdir(filepath.Join(dir, sub), 0o755)) //nolint:gosec // read by the servers' own user
	}
	for name, content := range map[string]string{"cert.pem": certificate, "mailboxes": "", "passwords": ""} {
		s.write(tb, name, content)
	}
	smtpPort, imapPort, imapsPort := freePort(tb), freePort(tb), freePort(tb)
	s.SMTPAddr = net.JoinHostPort("127.0.0.1", smtpPort)
	s.IMAPAddr = net.JoinHostPort("127.0.0.1", imapPort)
	s.IMAPSAddr = net.JoinHostPort("127.0.0.1", imapsPort)
	s.write(tb, "exim.conf", eximConfig(dir, smtpPort))
	s.write(tb, "dovecot.conf", dovecotConfig(dir, imapPort, imapsPort))
	giveAway(tb, dir)
	run(tb, dir, "exim4-daemon-light", "exim4", "-C", filepath.Join(dir, "exim.conf"), "-bdf", "-q1m")
	run(tb, dir, "dovecot-imapd", "dovecot", "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	s.await(tb, s.SMTPAddr, "220 ")
	s.await(tb, s.IMAPAddr, "* OK ")
	return s
}

// AddMailbox makes mailboxes with a password for IMAP each; addresses are in lower case. Mail
// to any other address is refused as unknown, unless CatchAll has been called.
func (s *Server) AddMailbox(tb testing.TB, password string, addresses ...string) {
	tb.Helper()
	var boxes, passwords strings.Builder
	for _, a := range addresses {
		require.Regexp(tb, `^[a-z0-9._+-]+@[a-z0-9.-]+$`, a)
		fmt.Fprintf(&boxes, "%s: %s\n", a, a)
		fmt.Fprintf(&passwords, "%s:{PLAIN}%s::::::\n", a, password)
	}
	s.appendTo(tb, "mailboxes", boxes.String())
	s.appendTo(tb, "passwords", passwords.String())
}

// CatchAll delivers mail to unknown addresses into the mailbox of address.
func (s *Server) CatchAll(tb testing.TB, address string) {
	tb.Helper()
	s.appendTo(tb, "mailboxes", "*: "+address+"\n")
}

// Refuse makes the server answer 550 to an address from now on.
func (s *Server) Refuse(tb testing.TB, address string) {
	tb.Helper()
	s.write(tb, "refuse/"+address, "")
}

// Defer makes the server answer 451, try later, to an address until Accept is called for it.
func (s *Server) Defer(tb testing.TB, address string) { tb.Helper(); s.write(tb, "defer/"+address, "") }

// Accept ends Refuse and Defer for an address.
func (s *Server) Accept(tb testing.TB, address string) {
	tb.Helper()
	for _, sub := range []string{"refuse", "defer"} {
		if err := os.Remove(filepath.Join(s.dir, sub, address)); err != nil {
			require.ErrorIs(tb, err, os.ErrNotExist)
		}
	}
}

// Messages returns the raw messages in a mailbox's inbox, in the order of delivery.
func (s *Server) Messages(tb testing.TB, address string) [][]byte {
	tb.Helper()
	var messages [][]byte
	for _, sub := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, "mail", address, sub))
		if err != nil {
			require.ErrorIs(tb, err, os.ErrNotExist)
			continue
		}
		for _, e := range entries {
			data, err := os.ReadFile(filepath.Join(s.dir, "mail", address, sub, e.Name()))
			require.NoError(tb, err)
			messages = append(messages, data)
		}
	}
	return messages
}

// patience is how long nothing may arrive before Exim, which delivers after it has accepted, is given
// up; on a loaded machine a thousand letters take what they take.
const patience = 2 * time.Minute

// WaitFor waits until a mailbox has at least n messages and returns them.
func (s *Server) WaitFor(tb testing.TB, address string, n int) [][]byte {
	tb.Helper()
	still := time.NewTimer(patience)
	defer still.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for had := 0; ; {
		messages := s.Messages(tb, address)
		if len(messages) >= n {
			return messages
		}
		if len(messages) > had {
			had = len(messages)
			still.Reset(patience)
		}
		select {
		case <-still.C:
			require.FailNow(tb, "no mail any more", "%s has %d messages, not %d; log: %s", address, len(messages), n, s.Log(tb))
		case <-tick.C:
		}
	}
}

// Log returns Exim's log, for messages of failing tests.
func (s *Server) Log(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "log", "main.log"))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// await connects until the server greets.
func (s *Server) await(tb testing.TB, addr, greeting string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), startTimeoutMax)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := greets(ctx, addr, greeting)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			require.NoError(tb, err, "the server at %s does not answer; its folder is %s; log: %s", addr, s.dir, s.Log(tb))
		case <-tick.C:
		}
	}
}

func greets(ctx context.Context, addr, greeting string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	buf := make([]byte, 200)
	n, err := conn.Read(buf)
	if err != nil {
		return err
	}
	if got := string(buf[:n]); !strings.HasPrefix(got, greeting) {
		return fmt.Errorf("greeting %q", got)
	}
	return nil
}

func (s *Server) write(tb testing.TB, name, content string) {
	tb.Helper()
	require.NoError(tb, os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o644)) //nolint:gosec // read by the servers' own user
}

func (s *Server) appendTo(tb testing.TB, name, content string) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(tb, err)
	_, err = f.WriteString(content)
	require.NoError(tb, err)
	require.NoError(tb, f.Close())
}

// makeDir makes a folder with a short name: socket paths may have 107 bytes only.
func makeDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/tmp", "mailtest-") //nolint:usetesting // t.TempDir is too deep for sockets and closed to the servers' user
	require.NoError(tb, err)
	require.NoError(tb, os.Chmod(dir, 0o755)) //nolint:gosec // entered by the servers' own user
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("the mail server's files are in %s", dir)
			return
		}
		require.NoError(tb, os.RemoveAll(dir))
	})
	return dir
}

func freePort(tb testing.TB) string {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// find returns a program's path; daemons lie outside an ordinary user's PATH.
func find(tb testing.TB, name, debianPackage string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path
		}
	}
	require.FailNow(tb, name+" is not installed: run \"apt-get install --no-install-recommends "+debianPackage+"\"")
	return ""
}

func newRoots(tb testing.TB, pem []byte) *x509.CertPool {
	tb.Helper()
	roots := x509.NewCertPool()
	require.True(tb, roots.AppendCertsFromPEM(pem))
	return roots
}
