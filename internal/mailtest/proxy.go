package mailtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy stands between a client and the SMTP server and makes the net fail at the worst
// moments. It reads the plain protocol, so the client must not use TLS.
type Proxy struct {
	// Addr is where the client connects.
	Addr string

	target string
	mu     sync.Mutex
	conns  map[net.Conn]bool
	opened int
	taken  int          // messages that the server has answered for
	lose   map[int]bool // which of them lose their answer
}

// StartProxy starts a proxy to the server's SMTP address.
func (s *Server) StartProxy(tb testing.TB) *Proxy {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	p := &Proxy{Addr: listener.Addr().String(), target: s.SMTPAddr, conns: map[net.Conn]bool{}, lose: map[int]bool{}}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	wg.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(ctx, client) })
		}
	})
	tb.Cleanup(func() {
		cancel()
		_ = listener.Close() // ends the loop of Accept
		p.HangUp()
		wg.Wait()
	})
	return p
}

// HangUp closes every connection.
func (p *Proxy) HangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		_ = conn.Close() // the reader on the other side ends with it
	}
}

// LoseAnswer drops the server's answer to the n-th message from now, counted from 1, and hangs
// up: the server has taken the message, the client does not know.
func (p *Proxy) LoseAnswer(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose[p.taken+n] = true
}

// Opened counts the connections that clients have made.
func (p *Proxy) Opened() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

func (p *Proxy) keep(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
}

func (p *Proxy) drop(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
	_ = conn.Close() // may be closed already
}

func (p *Proxy) serve(ctx context.Context, client net.Conn) {
	p.keep(client)
	defer p.drop(client)
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	p.keep(server)
	defer p.drop(server)
	p.mu.Lock()
	p.opened++
	p.mu.Unlock()

	// After the dot that ends a message the next answer is the server's word for it.
	dots := make(chan struct{}, 1)
	go func() {
		_ = copyWatching(server, client, []byte("\r\n.\r\n"), func() { dots <- struct{}{} })
		_ = server.Close() // the client has gone
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		select {
		case <-dots:
			if p.losesNext() {
				return
			}
		default:
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) losesNext() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken++
	return p.lose[p.taken]
}

// copyWatching copies and calls seen whenever mark has gone by, before its last byte is
// passed on.
func copyWatching(dst io.Writer, src io.Reader, mark []byte, seen func()) error {
	var tail []byte
	buf := make([]byte, 32<<10)
	for {
		n, err := src.Read(buf)
		tail = append(tail, buf[:n]...)
		if i := bytes.LastIndex(tail, mark); i >= 0 {
			seen()
			tail = tail[i+len(mark):]
		}
		if keep := len(mark) - 1; len(tail) > keep {
			tail = append([]byte(nil), tail[len(tail)-keep:]...)
		}
		if n > 0 {
			if _, writeErr := dst.Write(buf[:n]); writeErr != nil {
				return writeErr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
