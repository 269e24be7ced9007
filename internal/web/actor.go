package web

import (
	"context"
	"log/slog"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	actorKey
)

const langKey = "prolong.lang"

// SetActor records who makes the request, for handlers and for the log.
func SetActor(c *gin.Context, a prolong.Actor) {
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorKey, a))
}

// ActorOf returns who makes the request, and whether anybody is known.
func ActorOf(ctx context.Context) (prolong.Actor, bool) {
	a, ok := ctx.Value(actorKey).(prolong.Actor)
	return a, ok
}

// RequestID returns the number of the request, which a failure page shows and every log line
// of the request carries; empty outside a request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// SetLang makes the request speak the language of its user, whatever the browser asks for.
func SetLang(c *gin.Context, l i18n.Lang) { c.Set(langKey, l) }

// LogHandler adds the number and the actor of the request to every record of h.
func LogHandler(h slog.Handler) slog.Handler { return logHandler{h} }

type logHandler struct{ slog.Handler }

// Handle adds the attributes and passes the record on.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	if a, ok := ActorOf(ctx); ok {
		r.AddAttrs(slog.String("actor", a.String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the additions on the derived handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the additions on the derived handler.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
