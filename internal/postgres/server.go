//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// The private server's role and database.
const (
	privateRole     = "prolong"
	privateDatabase = "prolong"
)

// Times of the private server.
const (
	serverPoll        = 10 * time.Millisecond
	serverWatchEvery  = 250 * time.Millisecond
	serverRestartWait = time.Second
	// serverStartMax includes a recovery after a crash.
	serverStartMax = 2 * time.Minute
	serverStopMax  = 30 * time.Second
	probeTimeout   = 2 * time.Second
)

// ServerConfig says where a private server lives.
type ServerConfig struct {
	// DataDir is the folder that gets "postgres" (the database files), "postgres.lock" and
	// "postgres.log".
	DataDir string
	// Logger receives starts, stops and take-overs. Default: slog.Default.
	Logger *slog.Logger
	// Test trades durability for speed and allows 300 connections.
	Test bool
}

// Server is a private PostgreSQL server that several processes of one machine share. The
// process that holds the lock file owns it: it started the server and stops it when it closes
// or dies. The others use it and watch the lock; when the owner goes, one of them becomes the
// owner and starts the server again at the same address, so that their pools reconnect after
// a moment.
type Server struct {
	cfg  ServerConfig
	home serverHome

	mu      sync.Mutex
	lock    *os.File // the open lock file
	owner   bool
	process *serverProcess // nil unless owner

	cancel  context.CancelFunc
	watched chan struct{} // closed when the watching goroutine has ended
}

// StartServer starts the private server of cfg.DataDir, or finds it if another process runs it
// already. It works as an ordinary user and as root (the server then runs as the user postgres
// or nobody, because it refuses root). Returns CodeUnavailable with the remedy if PostgreSQL is
// not installed or does not start, CodeForbidden if the data belong to another user.
func StartServer(ctx context.Context, cfg ServerConfig) (*Server, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	home, err := findHome(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(home.lockFile, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, foreignError(home.lockFile, err)
	}
	s := &Server{cfg: cfg, home: home, lock: lock, watched: make(chan struct{})}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go s.watch(watch)
	return s, nil
}

// FindServer returns the URL of a database on the private server of dataDir if a process runs
// it at the moment, else an empty string.
func FindServer(ctx context.Context, dataDir, database string) (string, error) {
	home, err := findHome(dataDir)
	if err != nil {
		return "", err
	}
	socketDir, ok := runningSocket(ctx, home)
	if !ok {
		return "", nil
	}
	return socketURL(socketDir, database), nil
}

// Close stops the server if this process owns it, waiting until it is down. Other processes'
// connections end then; one of them starts the server anew.
func (s *Server) Close() error {
	s.cancel()
	<-s.watched
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.process != nil {
		err = s.process.stop()
		s.process = nil
		// Not worth an error: the next start makes or finds it. It is empty, since the server
		// has taken its socket away.
		_ = os.Remove(s.home.socketDir)
	}
	return errors.Join(err, s.lock.Close()) // closing the file gives up the lock
}

// DataDir returns the folder of the database files.
func (s *Server) DataDir() string { return s.home.dataDir }

// Owner says whether this process started the server, or took it over, and will stop it.
func (s *Server) Owner() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owner
}

// URL returns how any process of this user, or of root, reaches a database of the server.
func (s *Server) URL(database string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return socketURL(s.home.socketDir, database)
}

func socketURL(socketDir, database string) string {
	q := url.Values{"host": {socketDir}, "port": {"5432"}, "user": {privateRole}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: q.Encode()}).String()
}

// start becomes the owner of a fresh server or finds the running one, whichever comes first.
func (s *Server) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, serverStartMax)
	defer cancel()
	for {
		locked, err := tryLock(s.lock)
		if err != nil {
			return fmt.Errorf("postgres.StartServer: %s: %w", s.home.lockFile, err)
		}
		if locked {
			return s.own(ctx)
		}
		if socketDir, ok := runningSocket(ctx, s.home); ok {
			s.home.socketDir = socketDir
			s.cfg.Logger.InfoContext(ctx, "private PostgreSQL found running", "data", s.home.dataDir)
			return nil
		}
		select {
		case <-ctx.Done():
			return prolong.NewError(prolong.CodeUnavailable, "error.postgres_busy",
				prolong.Args{"Path": s.home.lockFile}).Because(ctx.Err())
		case <-time.After(serverPoll):
		}
	}
}

// own starts the server; the caller holds the lock file, so nobody else does.
func (s *Server) own(ctx context.Context) error {
	begin := s.now()
	p, socketDir, err := launch(ctx, s.cfg, s.home)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.process, s.owner, s.home.socketDir = p, true, socketDir
	s.mu.Unlock()
	s.cfg.Logger.InfoContext(ctx, "private PostgreSQL started", "data", s.home.dataDir, "duration", s.now().Sub(begin))
	return nil
}

// now serves log lines only, which tell the machine's time whatever the business clock says.
func (s *Server) now() time.Time { return prolong.SystemClock{}.Now() }

// watch keeps a server alive for this process: the owner restarts one that died, the others
// wait to inherit the ownership.
func (s *Server) watch(ctx context.Context) {
	defer close(s.watched)
	for ctx.Err() == nil {
		if s.Owner() {
			select {
			case <-ctx.Done():
				return
			case <-s.process.exited:
			}
			s.cfg.Logger.ErrorContext(ctx, "private PostgreSQL died; starting it again", "log", s.home.logFile)
			if err := s.own(ctx); err != nil {
				s.cfg.Logger.ErrorContext(ctx, "private PostgreSQL does not start", "error", err)
				pause(ctx, serverRestartWait)
			}
			continue
		}
		pause(ctx, serverWatchEvery)
		if locked, err := tryLock(s.lock); err != nil || !locked || ctx.Err() != nil {
			continue
		}
		s.cfg.Logger.InfoContext(ctx, "the owner of the private PostgreSQL is gone; taking it over", "data", s.home.dataDir)
		if err := s.own(ctx); err != nil {
			s.cfg.Logger.ErrorContext(ctx, "private PostgreSQL does not start", "error", err)
			_ = syscall.Flock(int(s.lock.Fd()), syscall.LOCK_UN) // let another process try
			pause(ctx, serverRestartWait)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// runningSocket returns the socket folder of a server that answers on the data folder.
func runningSocket(ctx context.Context, home serverHome) (string, bool) {
	pid, ok := readPidFile(home.dataDir)
	if !ok || pid.socketDir == "" {
		return "", false
	}
	return pid.socketDir, answers(ctx, pid.socketDir, home.dataDir)
}

// answers says whether a server on the socket serves the data folder.
func answers(ctx context.Context, socketDir, dataDir string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, socketURL(socketDir, "postgres"))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(ctx) }()
	var served string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&served); err != nil {
		return false
	}
	return filepath.Clean(served) == dataDir
}
