package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// Event is a server-sent event.
type Event struct {
	ID   string // the browser sends the last one back as Last-Event-ID after a break
	Name string
	Data string // may have several lines
}

const (
	// streamHeartbeat keeps proxies from closing a silent connection.
	streamHeartbeat = 15 * time.Second
	// streamAgeMax ends a stream so that its rights are checked anew; browsers reconnect.
	streamAgeMax = 30 * time.Minute
)

// Stream sends events to the browser until the channel closes, the reader leaves or the stream
// has grown old. The caller stops feeding the channel when ctx of the request ends.
func Stream(c *gin.Context, events <-chan Event) error {
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a buffering proxy would hold events back
	control := http.NewResponseController(c.Writer)
	if err := control.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("web.Stream: %w", err)
	}
	c.Status(http.StatusOK)
	ctx, cancel := context.WithTimeout(c.Request.Context(), streamAgeMax)
	defer cancel()
	beat := time.NewTicker(streamHeartbeat)
	defer beat.Stop()
	send := func(b []byte) error {
		if _, err := c.Writer.Write(b); err != nil {
			return err
		}
		return control.Flush()
	}
	if err := send([]byte(": open\n\n")); err != nil {
		return nil //nolint:nilerr // the reader has left, which is how streams end
	}
	for {
		var out []byte
		select {
		case <-ctx.Done():
			return nil
		case <-beat.C:
			out = []byte(": beat\n\n")
		case e, open := <-events:
			if !open {
				return nil
			}
			out = e.encode()
		}
		if send(out) != nil {
			return nil
		}
	}
}

// encode writes the wire form. Line breaks in the id or name would begin another field, so
// they are dropped.
func (e Event) encode() []byte {
	line := strings.NewReplacer("\n", "", "\r", "", "\x00", "")
	var b bytes.Buffer
	if e.ID != "" {
		b.WriteString("id: " + line.Replace(e.ID) + "\n")
	}
	if e.Name != "" {
		b.WriteString("event: " + line.Replace(e.Name) + "\n")
	}
	for part := range strings.Lines(strings.ReplaceAll(e.Data, "\r", "")) {
		b.WriteString("data: " + strings.TrimSuffix(part, "\n") + "\n")
	}
	if e.Data == "" {
		b.WriteString("data\n")
	}
	b.WriteString("\n")
	return b.Bytes()
}
