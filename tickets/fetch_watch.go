package tickets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"prolong/internal/mailbox"
	"prolong/internal/postgres"
)

// The timing of watching a mailbox. The library has no read timeout while it idles, so a dead
// connection would never be noticed: we begin anew every few minutes, and a NOOP in between
// proves that somebody is there. The schedule's fetch every minute is the floor.
const (
	idleFor        = 6 * time.Minute
	watchRetryMin  = 5 * time.Second
	watchRetryMax  = 5 * time.Minute
	noopTimeoutMax = 30 * time.Second
)

var errNoIdle = errors.New("tickets: the mail server does not know IDLE")

// WatchMailbox has a mailbox fetched as soon as its server says that something came, until ctx
// ends. It returns at once, without an error, if the server cannot say so: the schedule
// fetches all the same.
func (s *Service) WatchMailbox(ctx context.Context, key string) error {
	box, ok := s.mailbox(key)
	if !ok {
		return trace("WatchMailbox", fmt.Errorf("mailbox %q is not configured", key))
	}
	pause := watchRetryMin
	for ctx.Err() == nil {
		began := time.Now() //nolint:forbidigo // how long a connection has held is the machine's time
		err := s.watchOnce(ctx, box)
		if errors.Is(err, errNoIdle) {
			return nil
		}
		if ctx.Err() != nil {
			break
		}
		s.log.WarnContext(ctx, "watching a mailbox was interrupted", slog.String("mailbox", key), slog.Any("error", err))
		if time.Since(began) > idleFor { //nolint:forbidigo // as above
			pause = watchRetryMin
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(pause*2, watchRetryMax)
	}
	return nil //nolint:nilerr // a watch that was told to end has ended well
}

// watchOnce watches over one connection.
func (s *Service) watchOnce(ctx context.Context, box Mailbox) error {
	news := make(chan struct{}, 1)
	c, err := mailbox.Dial(ctx, box.server(), &imapclient.UnilateralDataHandler{Mailbox: func(data *imapclient.UnilateralDataMailbox) {
		if data.NumMessages != nil {
			select {
			case news <- struct{}{}:
			default: // a fetch is due already
			}
		}
	}})
	if err != nil {
		return err
	}
	defer c.Close()
	if !c.Caps().Has(imap.CapIdle) {
		return errNoIdle
	}
	if _, err := c.Select(box.folder(), &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return fmt.Errorf("select %q: %w", box.folder(), err)
	}
	for {
		if err := s.idle(ctx, c, box, news); err != nil {
			return err
		}
	}
}

// idle waits for news for a few minutes and then proves that the connection is alive.
func (s *Service) idle(ctx context.Context, c *mailbox.Client, box Mailbox, news <-chan struct{}) error {
	idle, err := c.Idle()
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- idle.Wait() }()
	timer := time.NewTimer(idleFor)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return errors.Join(errors.New("the server ended IDLE"), err)
		case <-news:
			if err := s.inTx(ctx, "WatchMailbox", func(ctx context.Context, tx postgres.Tx) error {
				return s.enqueuer.Enqueue(ctx, tx, PullMailboxArgs{Mailbox: box.Key})
			}); err != nil {
				return err
			}
		case <-timer.C:
			if err := idle.Close(); err != nil {
				return err
			}
			return alive(ctx, c)
		}
	}
}

// alive asks the server for a sign of life.
func alive(ctx context.Context, c *mailbox.Client) error {
	ctx, cancel := context.WithTimeout(ctx, noopTimeoutMax)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.Client.Close() }) // without a goodbye
	defer stop()
	return c.Noop().Wait()
}
