package testdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong/internal/postgres"
)

const (
	// keeperVar, set in the environment, turns a test binary into the keeper of the server.
	keeperVar      = "PROLONG_TESTDB_KEEPER"
	keeperIdleMax  = 2 * time.Minute
	keeperPoll     = time.Second
	keeperStartMax = 2 * time.Minute
	findPoll       = 20 * time.Millisecond

	// memoryDir is where Linux has files in memory. Making the 700 files of a database there
	// costs a tenth of the processor time that it costs on a disk (measured).
	memoryDir          = "/dev/shm"
	memoryFreeBytesMin = 2 << 30
)

// A test binary is the only program that is surely at hand, so it serves as the keeper too:
// started with keeperVar it never reaches its tests.
func init() {
	if dir := os.Getenv(keeperVar); dir != "" {
		if err := keep(context.Background(), dir, keeperIdleMax, keeperPoll); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// sharedServer returns the URL of the server that all test processes of this user share,
// starting its keeper if there is none.
func sharedServer(ctx context.Context) (string, error) {
	dir, err := sharedDir()
	if err != nil {
		return "", err
	}
	if _, err := lockUsers(dir); err != nil {
		return "", err
	}
	var keeper *exec.Cmd
	var ended chan error
	for {
		url, err := postgres.FindServer(ctx, dir, "postgres")
		if err != nil || url != "" {
			return url, err
		}
		if keeper == nil {
			if keeper, err = startKeeper(dir); err != nil {
				return "", err
			}
			ended = make(chan error, 1)
			go func() { ended <- keeper.Wait() }()
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("no test server: %w; see %s", ctx.Err(), keeperLog(dir))
		case err := <-ended:
			if err != nil {
				text, readErr := os.ReadFile(keeperLog(dir))
				return "", errors.Join(fmt.Errorf("no test server: %w: %s", err, lastLines(text)), readErr)
			}
			keeper = nil // another process's keeper was faster, or has just gone
		case <-time.After(findPoll):
		}
	}
}

// sharedDir names the folder by user and by boot: without fsync the files are worth nothing
// after the machine went down.
func sharedDir() (string, error) {
	boot := "0"
	if id, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		boot = string(id[:min(len(id), 8)])
	}
	base := os.TempDir()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memoryDir, &fs); err == nil && uint64(fs.Bavail)*uint64(fs.Bsize) >= memoryFreeBytesMin { //nolint:unconvert // the types differ by system
		base = memoryDir
	}
	dir := filepath.Join(base, fmt.Sprintf("prolong-test-%d-%s", os.Geteuid(), boot))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is not ours: remove it or set TMPDIR", dir)
	}
	return dir, nil
}

// openUsers opens the file that each process with tests holds locked, shared, for its whole
// life; that is how the keeper knows that it is still needed. It is a bare descriptor, because
// the garbage collector would close a file that nobody uses.
func openUsers(dir string) (fd int, err error) {
	fd, err = syscall.Open(filepath.Join(dir, "users.lock"), syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return 0, fmt.Errorf("testdb: users.lock in %s: %w", dir, err)
	}
	return fd, nil
}

// lockUsers says that this process needs the server. It waits while a keeper is shutting down.
func lockUsers(dir string) (fd int, err error) {
	if fd, err = openUsers(dir); err != nil {
		return 0, err
	}
	for {
		err := syscall.Flock(fd, syscall.LOCK_SH)
		if err == nil {
			return fd, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return 0, errors.Join(err, syscall.Close(fd))
		}
	}
}

func keeperLog(dir string) string { return filepath.Join(dir, "keeper.log") }

func startKeeper(dir string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(keeperLog(dir))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own copy
	cmd := exec.Command(self)          //nolint:noctx // it outlives this process on purpose
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), keeperVar+"="+dir)
	// Files, not pipes: "go test" waits for whoever holds its pipes.
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, cmd.Start()
}

// keep runs the shared server until no process with tests has been there for the time idleMax.
func keep(ctx context.Context, dir string, idleMax, poll time.Duration) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := postgres.StartServer(ctx, postgres.ServerConfig{DataDir: dir, Logger: logger, Test: true})
	if err != nil {
		return err
	}
	if !s.Owner() {
		return s.Close() // another keeper was faster
	}
	fd, err := openUsers(dir)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	for idle := time.Duration(0); idle < idleMax; idle += poll {
		time.Sleep(poll)
		if syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB) != nil || watched(ctx, s) {
			idle = 0
		} else if idle+poll >= idleMax {
			break // with the lock held, so that nobody finds a server that is going down
		}
		if err := syscall.Flock(fd, syscall.LOCK_UN); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	// The files may be in memory, and the next server is made in a second.
	return errors.Join(s.Close(), os.RemoveAll(s.DataDir()), syscall.Close(fd))
}

// watched says whether somebody is connected: a person who looks at a failed test's database.
func watched(ctx context.Context, s *postgres.Server) bool {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(ctx) }()
	var others bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())`).Scan(&others)
	return err == nil && others
}

func lastLines(text []byte) string {
	const linesMax = 5
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-linesMax):], "; ")
}
