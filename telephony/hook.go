package telephony

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"prolong/internal/postgres"
)

// The limits of webhooks. Nobody signs them, so the worst that a stranger with the secret
// address can do is to announce calls that never were; the history contradicts him.
const (
	hookBytesMax     = 64 << 10
	hookStoreTimeout = 5 * time.Second
	popUpAgeMax      = 2 * time.Minute // news later than that pops up nowhere
	hookSeenEvery    = 10 * time.Second
	hooksAtOnceMax   = 8 // read outside of the queue; each takes a connection
)

// HookHandler takes the webhooks of all lines at POST /hooks/onlinepbx/{token}: it stores
// what came, answers, and leaves the work to a job. token tells it where the address has it.
func (s *Service) HookHandler(token func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line, ok := s.lineByToken(token(r))
		if !ok || line.PBX == nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hookBytesMax))
		if err != nil {
			http.Error(w, "the body is too large or broken", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), hookStoreTimeout)
		defer cancel()
		id, err := s.StoreHook(ctx, line.Key, r.Header.Get("Content-Type"), body)
		if err != nil {
			// The exchange may or may not try again; the history will tell anyway.
			s.log.ErrorContext(ctx, "webhook not stored", slog.String("line", line.Key), slog.Any("error", err))
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
		s.readSoon(context.WithoutCancel(ctx), id)
	})
}

// readSoon reads a stored webhook at once, without keeping the exchange waiting: the queue may
// take a second to notice a job, and in a second the client has said hello. The job stays the
// guarantee; whoever of the two comes second finds nothing to do.
func (s *Service) readSoon(ctx context.Context, hookID int64) {
	if hookID == 0 {
		return
	}
	select {
	case s.early <- struct{}{}:
	default:
		return // busy: the job will do it
	}
	go func() {
		defer func() { <-s.early }()
		ctx, cancel := context.WithTimeout(ctx, hookTimeout)
		defer cancel()
		if err := s.ReadHook(ctx, hookID); err != nil {
			s.log.WarnContext(ctx, "webhook not read at once", slog.Int64("hook", hookID), slog.Any("error", err))
		}
	}()
}

// StoreHook keeps a webhook and enqueues its reading. The same news again, and news that says
// nothing, changes nothing: then the id is 0.
func (s *Service) StoreHook(ctx context.Context, lineKey, contentType string, body []byte) (hookID int64, err error) {
	line, err := s.line(lineKey)
	if err != nil {
		return 0, trace("StoreHook", err)
	}
	news, err := line.PBX.ReadHook(contentType, body)
	note := ""
	switch {
	case errors.Is(err, ErrNoNews):
		note = "no news"
	case err != nil:
		note = clip(err.Error(), 300)
	}
	err = s.inTx(ctx, "StoreHook", func(ctx context.Context, tx postgres.Tx) error {
		hookID = 0
		if err := openLine(ctx, tx, lineKey); err != nil {
			return err
		}
		// Not at every webhook: they would wait for each other at this one row.
		if _, err := tx.Pgx.Exec(ctx, `UPDATE phone_lines SET last_hook_at = $2 WHERE key = $1 AND (last_hook_at IS NULL OR last_hook_at < $3)`,
			lineKey, tx.Now, tx.Now.Add(-hookSeenEvery)); err != nil {
			return err
		}
		key, processed := news.Key, (*time.Time)(nil)
		if note != "" { // kept for the page of recent requests, at most once a second
			key, processed = "note:"+tx.Now.Format(time.RFC3339)+":"+note, &tx.Now
		}
		rows, err := tx.Pgx.Query(ctx, `INSERT INTO phone_hooks (line, received_at, content_type, body, dedupe_key, processed_at, note)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT ON CONSTRAINT phone_hooks_once DO NOTHING RETURNING id`,
			lineKey, tx.Now, clip(contentType, 200), body, clip(key, 500), processed, note)
		type row struct{ ID int64 }
		r, err := postgres.CollectOne[row](rows, err)
		if errors.Is(err, postgres.ErrNoRow) || err == nil && note != "" {
			return nil
		}
		if err != nil {
			return err
		}
		hookID = r.ID
		return s.enqueuer.Enqueue(ctx, tx, HookArgs{HookID: r.ID})
	})
	return hookID, err
}

// ReadHook works a stored webhook into the ledger. It does nothing for one that was read
// before.
func (s *Service) ReadHook(ctx context.Context, hookID int64) error {
	return s.inTx(ctx, "ReadHook", func(ctx context.Context, tx postgres.Tx) error {
		type row struct {
			Line        string
			ReceivedAt  time.Time
			ContentType string
			Body        []byte
			ProcessedAt *time.Time
		}
		rows, err := tx.Pgx.Query(ctx, `SELECT line, received_at, content_type, body, processed_at FROM phone_hooks WHERE id = $1 FOR NO KEY UPDATE`, hookID)
		r, err := postgres.CollectOne[row](rows, err)
		if errors.Is(err, postgres.ErrNoRow) || err == nil && r.ProcessedAt != nil {
			return nil
		}
		if err != nil {
			return err
		}
		line, err := s.line(r.Line)
		if err != nil {
			return err
		}
		news, err := line.PBX.ReadHook(r.ContentType, r.Body)
		note := ""
		if err != nil {
			note = clip(err.Error(), 300)
		} else if err := s.hear(ctx, tx, line, news, r.ReceivedAt); err != nil {
			return err
		}
		_, err = tx.Pgx.Exec(ctx, `UPDATE phone_hooks SET processed_at = $2, note = $3 WHERE id = $1`, hookID, tx.Now, note)
		return err
	})
}

// hear works a piece of news into its call and tells those who watch.
func (s *Service) hear(ctx context.Context, tx postgres.Tx, line Line, n News, receivedAt time.Time) error {
	r, there, err := lockCall(ctx, tx, line.Key, n.UUID)
	if err != nil {
		return err
	}
	c := ledgerCall{}
	if there {
		c = fromCallRow(r)
	}
	if !c.hear(line.Country, n, receivedAt) {
		return nil
	}
	r.takeOver(c)
	if err := s.store(ctx, tx, line, r); err != nil {
		return err
	}
	if r.Direction == DirectionLocal || tx.Now.Sub(receivedAt) > popUpAgeMax {
		return nil
	}
	return announce(ctx, tx, r)
}

// store writes a call with what follows from it.
func (s *Service) store(ctx context.Context, tx postgres.Tx, line Line, r *callRow) error {
	if err := s.identify(ctx, tx, line, r); err != nil {
		return err
	}
	if err := saveCall(ctx, tx, r); err != nil {
		return err
	}
	if r.State != StateEnded || r.ClientPhone == "" || r.Direction == DirectionLocal {
		return nil
	}
	return s.settleCallback(ctx, tx, r.ClientPhone)
}
