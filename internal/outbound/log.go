package outbound

import (
	"log/slog"
	"net/http"
)

// logged writes a line for each call. Query, headers and bodies never reach the log, and the
// path only where the service was declared free of secrets there.
type logged struct {
	next http.RoundTripper
	o    Options
}

// RoundTrip calls and reports.
func (l *logged) RoundTrip(req *http.Request) (*http.Response, error) {
	begun := l.o.Clock.Now()
	res, err := l.next.RoundTrip(req)
	call := Call{Service: l.o.Service, Method: req.Method, Took: l.o.Clock.Now().Sub(begun), Err: err}
	attrs := []slog.Attr{
		slog.String("service", call.Service),
		slog.String("method", call.Method),
		slog.String("host", req.URL.Host),
		slog.Int64("duration_ms", call.Took.Milliseconds()),
	}
	if l.o.LogPath {
		attrs = append(attrs, slog.String("path", req.URL.Path))
	}
	level := slog.LevelInfo
	if res != nil {
		call.Status = res.StatusCode
		attrs = append(attrs, slog.Int("status", res.StatusCode))
		if res.StatusCode >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
	}
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Any("error", err))
	}
	l.o.Logger.LogAttrs(req.Context(), level, "outbound call", attrs...)
	if l.o.Observe != nil {
		l.o.Observe(call)
	}
	return res, err
}
