package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/mailtest"
	"prolong/internal/postgres"
	"prolong/notify"
)

// senderEnv makes the test program a process that empties the outbox, so that a test can kill
// it like any process.
const senderEnv = "PROLONG_TEST_SENDER"

// sender says what such a process works on.
type sender struct {
	DatabaseURL string
	SMTPHost    string
	SMTPPort    int
	Workers     int
}

func TestMain(m *testing.M) {
	if spec := os.Getenv(senderEnv); spec != "" {
		if err := runSender(spec); err != nil {
			_, _ = io.WriteString(os.Stderr, err.Error()+"\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// sweepEvery is how often such a process gives new jobs to messages of dead ones.
const sweepEvery = time.Second

func runSender(spec string) error {
	var s sender
	if err := json.Unmarshal([]byte(spec), &s); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(ctx, postgres.Config{URL: s.DatabaseURL, Clock: prolong.NewManualClock(now), Logger: log})
	if err != nil {
		return err
	}
	defer db.Close()
	transport, err := notify.NewSMTPTransport(notify.SMTPConfig{
		Host: s.SMTPHost, Port: s.SMTPPort, Encryption: notify.EncryptionNone, ConnectionsMax: s.Workers,
	})
	if err != nil {
		return err
	}
	defer transport.Close()
	workers := river.NewWorkers()
	client, err := river.NewClient(riverpgxv5.New(db.Pool), &river.Config{
		Queues: map[string]river.QueueConfig{jobs.QueueMail: {MaxWorkers: s.Workers}}, Workers: workers, Logger: log,
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 50 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	outbox, err := notify.New(db, riverEnqueuer{client}, transport, &pdfs{}, config(), log)
	if err != nil {
		return err
	}
	notify.Register(workers, outbox)
	if err := client.Start(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return client.Stop(context.WithoutCancel(ctx))
		case <-tick.C:
			if _, err := outbox.Sweep(ctx); err != nil {
				return err
			}
		}
	}
}

// process is a sender that runs, and how it ended.
type process struct {
	*exec.Cmd
	ended chan error
}

func startSender(t *testing.T, s sender) process {
	t.Helper()
	spec, err := json.Marshal(s)
	require.NoError(t, err)
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^$")
	cmd.Env = append(os.Environ(), senderEnv+"="+string(spec))
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	p := process{Cmd: cmd, ended: make(chan error, 1)}
	go func() { p.ended <- cmd.Wait() }()
	return p
}

// while waits until done, as long as the process lives. How long that takes is the machine's affair.
func (p process) while(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case err := <-p.ended:
			require.FailNow(t, "the sender is gone", "%v", err)
		case <-tick.C:
		}
	}
}

// A thousand messages, a process killed in their middle, another one that finishes: every
// message is delivered, none twice beyond those that were in flight at the kill, and those
// under the same Message-ID, so that a mailbox shows them once.
func TestKillInTheMiddleOfAThousand(t *testing.T) {
	t.Parallel()
	const messages, workers = 1000, 4
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "clients@example.test")
	server.CatchAll(t, "clients@example.test")
	b := newOutbox(t, &gate{})
	msgs := make([]notify.Message, messages)
	for i := range msgs {
		msgs[i] = invoiceTo(fmt.Sprintf("client%d@example.test", i), int64(i))
		msgs[i].Attachments = nil
	}
	require.Equal(t, messages, b.queue(t, msgs...))
	host, port, err := net.SplitHostPort(server.SMTPAddr)
	require.NoError(t, err)
	portNumber, err := strconv.Atoi(port)
	require.NoError(t, err)
	spec := sender{DatabaseURL: b.db.URL, SMTPHost: host, SMTPPort: portNumber, Workers: workers}

	first := startSender(t, spec)
	first.while(t, func() bool { return b.count(t, "state = 'sent'") >= messages/10 })
	require.NoError(t, first.Process.Kill())
	require.ErrorContains(t, <-first.ended, "killed")
	rows, err := b.db.Pool.Query(t.Context(), "SELECT message_id FROM messages WHERE state = 'sending'")
	require.NoError(t, err)
	inFlight, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	sentBefore := b.count(t, "state = 'sent'")
	require.Less(t, sentBefore, messages, "killed too late to prove anything")
	require.LessOrEqual(t, len(inFlight), workers)
	// River gives the dead process's jobs back after an hour, and its leases last five minutes;
	// here both are over.
	for _, late := range []string{"UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state = 'running'", "UPDATE messages SET leased_until = clock_timestamp() WHERE state = 'sending'"} {
		_, err = b.db.Pool.Exec(t.Context(), late)
		require.NoError(t, err)
	}

	second := startSender(t, spec)
	second.while(t, func() bool { return b.count(t, "state = 'sent'") == messages })
	require.NoError(t, second.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-second.ended)

	// One that was delivered twice may be there before the last one is.
	var delivered map[string]int
	for n := messages; len(delivered) < messages; n++ {
		delivered = distinctIDs(t, server.WaitFor(t, "clients@example.test", n))
	}
	require.Len(t, delivered, messages, "each message is there, and under the Message-ID it was queued with")
	rows, err = b.db.Pool.Query(t.Context(), "SELECT message_id, attempts FROM messages")
	require.NoError(t, err)
	defer rows.Close()
	doubled := 0
	for rows.Next() {
		var id string
		var attempts int
		require.NoError(t, rows.Scan(&id, &attempts))
		require.NotZero(t, delivered[id], id)
		require.LessOrEqual(t, delivered[id], attempts)
		if delivered[id] > 1 {
			require.Contains(t, inFlight, id, "twice only what was in flight at the kill")
			doubled++
		}
	}
	require.NoError(t, rows.Err())
	t.Logf("killed after %d of %d, %d in flight, %d of them delivered twice", sentBefore, messages, len(inFlight), doubled)
}

// count counts messages.
func (b *outboxBundle) count(t *testing.T, where string) (n int) {
	t.Helper()
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM messages WHERE "+where).Scan(&n))
	return n
}

// The server took the message, but its answer was lost: the message is sent again, under the
// same Message-ID.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "anna@example.test")
	proxy := server.StartProxy(t)
	host, port, err := net.SplitHostPort(proxy.Addr)
	require.NoError(t, err)
	portNumber, err := strconv.Atoi(port)
	require.NoError(t, err)
	transport := newSMTP(t, notify.SMTPConfig{Host: host, Port: portNumber, Encryption: notify.EncryptionNone})
	b := newOutbox(t, transport)
	b.queue(t, invoiceTo("anna@example.test", 1), invoiceTo("anna@example.test", 2), invoiceTo("anna@example.test", 3))
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)

	proxy.LoseAnswer(2)
	require.NoError(t, b.outbox.Send(t.Context(), list[0].ID))
	require.Error(t, b.outbox.Send(t.Context(), list[1].ID))
	require.Equal(t, 1, b.count(t, "state = 'queued' AND last_error <> ''"))
	require.NoError(t, b.outbox.Send(t.Context(), list[1].ID))
	require.NoError(t, b.outbox.Send(t.Context(), list[2].ID))
	ids := distinctIDs(t, server.WaitFor(t, "anna@example.test", 4))
	require.Equal(t, map[string]int{list[0].MessageID: 1, list[1].MessageID: 2, list[2].MessageID: 1}, ids)

	// a connection that died while it idled is replaced without a failed attempt
	require.Equal(t, 2, proxy.Opened())
	proxy.HangUp()
	b.queue(t, invoiceTo("anna@example.test", 4))
	list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{State: notify.StateQueued})
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), list[0].ID))
	require.Equal(t, 3, proxy.Opened())
	server.WaitFor(t, "anna@example.test", 5)
}
