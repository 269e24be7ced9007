package tickets

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/mailbox"
	"prolong/internal/mailtest"
)

// postOffice is a real IMAP server (Dovecot) with a mailbox for support.
type postOffice struct {
	t   *testing.T
	box Mailbox
}

func newPostOffice(t *testing.T) *postOffice {
	t.Helper()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "support@vendor.example")
	return &postOffice{t: t, box: Mailbox{
		Key: "support", Address: "support@vendor.example", Host: server.IMAPSAddr, TLS: mailbox.TLSImplicit, TLSConfig: server.TLS,
		Username: "support@vendor.example", Password: "secret", Folder: "Support",
	}}
}

// do runs something on a connection of its own.
func (p *postOffice) do(fn func(c *imapclient.Client)) {
	p.t.Helper()
	c, err := imapclient.DialTLS(p.box.Host, &imapclient.Options{TLSConfig: p.box.TLSConfig})
	require.NoError(p.t, err)
	defer c.Close()
	require.NoError(p.t, c.Login(p.box.Username, p.box.Password).Wait())
	fn(c)
}

func (p *postOffice) create(folders ...string) {
	p.t.Helper()
	p.do(func(c *imapclient.Client) {
		for _, f := range folders {
			require.NoError(p.t, c.Create(f, nil).Wait())
		}
	})
}

// deliver puts letters into the folder, as they are.
func (p *postOffice) deliver(at time.Time, letters ...[]byte) {
	p.t.Helper()
	p.do(func(c *imapclient.Client) {
		for _, raw := range letters {
			cmd := c.Append(p.box.folder(), int64(len(raw)), &imap.AppendOptions{Time: at})
			_, err := cmd.Write(raw)
			require.NoError(p.t, err)
			require.NoError(p.t, cmd.Close())
			_, err = cmd.Wait()
			require.NoError(p.t, err)
		}
	})
}

func (p *postOffice) left(folder string) int {
	p.t.Helper()
	n := 0
	p.do(func(c *imapclient.Client) {
		data, err := c.Select(folder, nil).Wait()
		require.NoError(p.t, err)
		n = int(data.NumMessages)
	})
	return n
}

func (p *postOffice) world(change ...func(*Mailbox)) *world {
	for _, f := range change {
		f(&p.box)
	}
	return newWorld(p.t, func(c *Config) { c.Mailboxes = []Mailbox{p.box} })
}

func mails(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	require.NoError(t, filepath.WalkDir("testdata/mail", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "trim") || !strings.Contains(d.Name(), ".") {
			return err
		}
		switch filepath.Ext(path) {
		case ".eml", ".raw":
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			out = append(out, raw)
		}
		return nil
	}))
	require.Greater(t, len(out), 100)
	return out
}

// TestFetchTakesEveryLetterAsItIs from a real server, byte for byte, with the server's date,
// and leaves them unread and where they are; a second fetch finds nothing new.
func TestFetchTakesEveryLetterAsItIs(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support")
	w := p.world()
	taken := mondayMorning.Add(-time.Hour)
	letters := mails(t)
	letters = slices.DeleteFunc(letters, func(raw []byte) bool { return bytes.ContainsRune(raw, 0) }) // Dovecot replaces NUL
	for i := range letters {                                                                          // servers store CRLF
		letters[i] = []byte(strings.ReplaceAll(strings.ReplaceAll(string(letters[i]), "\r\n", "\n"), "\n", "\r\n"))
	}
	p.deliver(taken, letters...)
	got, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.Equal(t, FetchResult{Stored: len(letters), Seen: len(letters)}, got)
	rows, err := w.db.Pool.Query(t.Context(), `SELECT raw, received_at FROM ticket_mails ORDER BY uid`)
	require.NoError(t, err)
	defer rows.Close()
	for i := 0; rows.Next(); i++ {
		var raw []byte
		var at time.Time
		require.NoError(t, rows.Scan(&raw, &at))
		require.Equal(t, string(letters[i]), string(raw))
		require.Equal(t, taken.UTC(), at.UTC())
	}
	require.NoError(t, rows.Err())
	require.Len(t, enqueued[ReadLetterArgs](w), len(letters))
	got, err = w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.Zero(t, got)
	p.do(func(c *imapclient.Client) {
		_, err := c.Select("Support", nil).Wait()
		require.NoError(t, err)
		unread, err := c.Search(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
		require.NoError(t, err)
		require.Len(t, unread.AllSeqNums(), len(letters), "PEEK leaves them unread")
	})
	// and each of them ends somewhere
	for _, a := range enqueued[ReadLetterArgs](w) {
		require.NoError(t, w.service.ReadLetter(t.Context(), a.LetterID))
	}
	require.Zero(t, w.count(`SELECT count(*) FROM ticket_mails WHERE state = 'new'`))
}

// TestFetchKilledAtRandom: fetches are cut off at random moments; in the end every letter is
// here once.
func TestFetchKilledAtRandom(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support")
	w := p.world()
	letters := mails(t)
	p.deliver(mondayMorning, letters...)
	interrupted := 0
	for range 25 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(60)+5)*time.Millisecond)
		if _, err := w.service.FetchMailbox(ctx, "support"); err != nil {
			interrupted++
		}
		cancel()
	}
	require.Positive(t, interrupted)
	_, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.Equal(t, len(letters), w.count(`SELECT count(*) FROM ticket_mails`))
	require.Equal(t, len(letters), w.count(`SELECT count(DISTINCT uid) FROM ticket_mails`))
	require.Len(t, enqueued[ReadLetterArgs](w), len(letters), "and each has the one job that reads it")
}

// TestFetchAfterRenumbering: the folder was made anew and its letters have other numbers; what
// is here already is recognised, what is new is taken.
func TestFetchAfterRenumbering(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support")
	w := p.world()
	letters := mails(t)[:12]
	p.deliver(mondayMorning, letters[:10]...)
	_, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	before := w.count(`SELECT uid_validity FROM support_mailboxes`)
	p.do(func(c *imapclient.Client) { require.NoError(t, c.Delete("Support").Wait()) })
	p.create("Support")
	p.deliver(mondayMorning, letters...)
	got, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.NotEqual(t, before, w.count(`SELECT uid_validity FROM support_mailboxes`))
	require.Equal(t, FetchResult{Stored: 2, Seen: 12}, got)
	require.Equal(t, 10, w.count(`SELECT count(*) FROM ticket_mails WHERE state = 'duplicate' AND reason = 'same_bytes'`))
}

// TestFetchMovesWhatIsStored, also what a killed run had stored and not moved.
func TestFetchMovesWhatIsStored(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support", "Taken")
	w := p.world(func(m *Mailbox) { m.MoveTo = "Taken" })
	letters := mails(t)[:5]
	p.deliver(mondayMorning, letters[:3]...)
	quiet := p.box
	quiet.MoveTo = ""
	w.service.cfg.Mailboxes[0] = quiet
	_, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.Equal(t, 3, p.left("Support"))
	w.service.cfg.Mailboxes[0] = p.box
	p.deliver(mondayMorning, letters[3:]...)
	got, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.Equal(t, 2, got.Stored)
	require.Zero(t, p.left("Support"))
	require.Equal(t, 5, p.left("Taken"))
}

// TestFetchTooLarge keeps the header, files a ticket that says so, and leaves the letter there.
func TestFetchTooLarge(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support")
	w := p.world()
	big := append(letter{from: "mary@one.example", subject: "Сканы", text: "x", id: "<big@one.example>"}.raw(), []byte(strings.Repeat(strings.Repeat("a", 76)+"\r\n", letterBytesMax/78+100))...)
	p.deliver(mondayMorning, big)
	_, err := w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	require.NoError(t, w.service.ReadLetter(t.Context(), enqueued[ReadLetterArgs](w)[0].LetterID))
	cards, _, err := w.service.ListTickets(t.Context(), w.mary, Filter{})
	require.NoError(t, err)
	require.Equal(t, "Сканы", cards[0].Subject)
	th := w.thread(w.mary, cards[0].ID)
	require.Equal(t, EventOversized, th.Messages[1].Event)
	require.Less(t, w.count(`SELECT length(raw)::int FROM ticket_mails`), 10000)
}

// TestFetchFailuresAreShown and the next fetch goes on.
func TestFetchFailuresAreShown(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close()) // nobody answers there now
	w := newWorld(t, func(c *Config) { c.Mailboxes[0].Host, c.Mailboxes[0].TLS = address, mailbox.TLSNone })
	for range 2 {
		_, err = w.service.FetchMailbox(t.Context(), "support")
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	}
	boxes, err := w.service.Mailboxes(t.Context(), w.agent)
	require.NoError(t, err)
	require.Equal(t, 2, boxes[0].Failures)
	require.NotEmpty(t, boxes[0].LastError)
	require.True(t, boxes[0].LastSuccessAt.IsZero())
	_, err = w.service.FetchMailbox(t.Context(), "unknown")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))

	p := newPostOffice(t)
	p.create("Support")
	w.service.cfg.Mailboxes[0] = p.box
	_, err = w.service.FetchMailbox(t.Context(), "support")
	require.NoError(t, err)
	boxes, err = w.service.Mailboxes(t.Context(), w.agent)
	require.NoError(t, err)
	require.Zero(t, boxes[0].Failures)
	require.Empty(t, boxes[0].LastError)

	wrong := p.box
	wrong.Password = "wrong"
	w.service.cfg.Mailboxes[0] = wrong
	_, err = w.service.FetchMailbox(t.Context(), "support")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	require.NotContains(t, err.Error(), "wrong", "a password is in no log")
}

// TestWatchHasNewsFetched: the server says by IDLE that something came.
func TestWatchHasNewsFetched(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t)
	p.create("Support")
	w := p.world()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.service.WatchMailbox(ctx, "support") }()
	letter := mails(t)[0]
	require.Eventually(t, func() bool {
		p.deliver(mondayMorning, letter) // until the watch has begun and hears of it
		return len(enqueued[PullMailboxArgs](w)) > 0
	}, time.Minute, 50*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
}
