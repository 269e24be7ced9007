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

	"prolong/internal/postgres"
)

const (
	// keeperVar, set in the environment, turns a test binary into the keeper of the server.
	keeperVar      = "PROLONG_TESTDB_KEEPER"
	keeperIdleMax  = time.Minute
	keeperPoll     = time.Second
	keeperStartMax = 2 * time.Minute
	findPoll       = 20 * time.Millisecond
)

// A test binary is the only program that is surely at hand, so it serves as the keeper too:
// started with keeperVar it never reaches its tests.
func init() {
	if dir := os.Getenv(keeperVar); dir != "" {
		if err := keep(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// usersLock is held shared by each process with tests for its whole life; that is how the
// keeper knows that it is still needed. It is a variable so that the file stays open.
var usersLock *os.File

// sharedServer returns the URL of the server that all test processes of this user share,
// starting its keeper if there is none.
func sharedServer(ctx context.Context) (string, error) {
	dir, err := sharedDir()
	if err != nil {
		return "", err
	}
	if usersLock, err = lockUsers(dir, syscall.LOCK_SH); err != nil { // waits while a keeper is shutting down
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
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("prolong-test-%d-%s", os.Geteuid(), boot))
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

func lockUsers(dir string, how int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "users.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
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

// keep runs the shared server until no process with tests has been there for a minute.
func keep(ctx context.Context, dir string) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := postgres.StartServer(ctx, postgres.ServerConfig{DataDir: dir, Logger: logger, Test: true})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if !s.Owner() {
		return nil // another keeper was faster
	}
	f, err := os.OpenFile(filepath.Join(dir, "users.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	for idle := time.Duration(0); ; {
		time.Sleep(keeperPoll)
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			idle = 0
			continue
		}
		if idle += keeperPoll; idle >= keeperIdleMax {
			return nil // the lock is kept until the process is gone, so nobody finds a dying server
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_UN); err != nil {
			return err
		}
	}
}

func lastLines(text []byte) string {
	const linesMax = 5
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-linesMax):], "; ")
}
