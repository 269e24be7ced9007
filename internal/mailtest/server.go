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
func Start(t testing.TB) *Server {
	t.Helper()
	dir := makeDir(t)
	certificate, roots := newCertificate(t)
	s := &Server{dir: dir, TLS: &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
	for _, sub := range []string{"mail", "refuse", "defer", "spool", "log", "run", "state"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o755)) //nolint:gosec // read by the servers' own user
	}
	for name, content := range map[string]string{"cert.pem": certificate, "mailboxes": "", "passwords": ""} {
		s.write(t, name, content)
	}
	smtpPort, imapPort, imapsPort := freePort(t), freePort(t), freePort(t)
	s.SMTPAddr = net.JoinHostPort("127.0.0.1", smtpPort)
	s.IMAPAddr = net.JoinHostPort("127.0.0.1", imapPort)
	s.IMAPSAddr = net.JoinHostPort("127.0.0.1", imapsPort)
	s.write(t, "exim.conf", eximConfig(dir, smtpPort))
	s.write(t, "dovecot.conf", dovecotConfig(dir, imapPort, imapsPort))
	giveAway(t, dir)
	run(t, dir, "exim4-daemon-light", "exim4", "-C", filepath.Join(dir, "exim.conf"), "-bdf", "-q1m")
	run(t, dir, "dovecot-imapd", "dovecot", "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	s.await(t, s.SMTPAddr, "220 ")
	s.await(t, s.IMAPAddr, "* OK ")
	return s
}

// AddMailbox makes mailboxes with a password for IMAP each; addresses are in lower case. Mail
// to any other address is refused as unknown, unless CatchAll has been called.
func (s *Server) AddMailbox(t testing.TB, password string, addresses ...string) {
	t.Helper()
	var boxes, passwords strings.Builder
	for _, a := range addresses {
		require.Regexp(t, `^[a-z0-9._+-]+@[a-z0-9.-]+$`, a)
		fmt.Fprintf(&boxes, "%s: %s\n", a, a)
		fmt.Fprintf(&passwords, "%s:{PLAIN}%s::::::\n", a, password)
	}
	s.appendTo(t, "mailboxes", boxes.String())
	s.appendTo(t, "passwords", passwords.String())
}

// CatchAll delivers mail to unknown addresses into the mailbox of address.
func (s *Server) CatchAll(t testing.TB, address string) {
	t.Helper()
	s.appendTo(t, "mailboxes", "*: "+address+"\n")
}

// Refuse makes the server answer 550 to an address from now on.
func (s *Server) Refuse(t testing.TB, address string) { t.Helper(); s.write(t, "refuse/"+address, "") }

// Defer makes the server answer 451, try later, to an address until Accept is called for it.
func (s *Server) Defer(t testing.TB, address string) { t.Helper(); s.write(t, "defer/"+address, "") }

// Accept ends Refuse and Defer for an address.
func (s *Server) Accept(t testing.TB, address string) {
	t.Helper()
	for _, sub := range []string{"refuse", "defer"} {
		if err := os.Remove(filepath.Join(s.dir, sub, address)); err != nil {
			require.ErrorIs(t, err, os.ErrNotExist)
		}
	}
}

// Messages returns the raw messages in a mailbox's inbox, in the order of delivery.
func (s *Server) Messages(t testing.TB, address string) [][]byte {
	t.Helper()
	var messages [][]byte
	for _, sub := range []string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, "mail", address, sub))
		if err != nil {
			require.ErrorIs(t, err, os.ErrNotExist)
			continue
		}
		for _, e := range entries {
			data, err := os.ReadFile(filepath.Join(s.dir, "mail", address, sub, e.Name()))
			require.NoError(t, err)
			messages = append(messages, data)
		}
	}
	return messages
}

// deliveryTimeoutMax bounds the wait for Exim, which delivers after it has accepted.
const deliveryTimeoutMax = 2 * time.Minute

// WaitFor waits until a mailbox has at least n messages and returns them.
func (s *Server) WaitFor(t testing.TB, address string, n int) [][]byte {
	t.Helper()
	var messages [][]byte
	require.Eventually(t, func() bool {
		messages = s.Messages(t, address)
		return len(messages) >= n
	}, deliveryTimeoutMax, 20*time.Millisecond, "%s has %d messages, not %d; log: %s", address, len(messages), n, s.Log(t))
	return messages
}

// Log returns Exim's log, for messages of failing tests.
func (s *Server) Log(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "log", "main.log"))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// await connects until the server greets.
func (s *Server) await(t testing.TB, addr, greeting string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeoutMax)
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
			require.NoError(t, err, "the server at %s does not answer; its folder is %s; log: %s", addr, s.dir, s.Log(t))
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

func (s *Server) write(t testing.TB, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o644)) //nolint:gosec // read by the servers' own user
}

func (s *Server) appendTo(t testing.TB, name, content string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(content)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

// makeDir makes a folder with a short name: socket paths may have 107 bytes only.
func makeDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "mailtest-") //nolint:usetesting // t.TempDir is too deep for sockets and closed to the servers' user
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // entered by the servers' own user
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the mail server's files are in %s", dir)
			return
		}
		require.NoError(t, os.RemoveAll(dir))
	})
	return dir
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// find returns a program's path; daemons lie outside an ordinary user's PATH.
func find(t testing.TB, name, debianPackage string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path
		}
	}
	require.FailNow(t, name+" is not installed: run \"apt-get install --no-install-recommends "+debianPackage+"\"")
	return ""
}

func newRoots(t testing.TB, pem []byte) *x509.CertPool {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	return roots
}
