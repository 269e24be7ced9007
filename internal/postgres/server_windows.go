package postgres

import (
	"context"
	"log/slog"

	"prolong"
)

const privateDatabase = "prolong"

// ServerConfig says where a private server lives.
type ServerConfig struct {
	DataDir string
	Logger  *slog.Logger
	Test    bool
}

// Server is the private server, which this system cannot have.
type Server struct{}

// StartServer always returns CodeUnavailable here: a private server needs unix sockets, users
// and file locks. Set DATABASE_URL.
func StartServer(context.Context, ServerConfig) (*Server, error) {
	return nil, prolong.NewError(prolong.CodeUnavailable, "error.postgres_unsupported", nil)
}

// FindServer never finds one here.
func FindServer(context.Context, string, string) (string, error) { return "", nil }

// Close does nothing.
func (*Server) Close() error { return nil }

// DataDir is always empty.
func (*Server) DataDir() string { return "" }

// Owner is always false.
func (*Server) Owner() bool { return false }

// URL is always empty.
func (*Server) URL(string) string { return "" }
