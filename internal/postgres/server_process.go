//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
)

const logFileBytesMax = 8 << 20

// serverSettings suit a laptop or a small machine; durability stays as it is. C messages keep
// the log readable for whoever helps.
var serverSettings = []string{
	"listen_addresses=", // unix socket only: no port to clash, no password to keep
	"max_connections=100", "shared_buffers=128MB", "effective_cache_size=1GB", "work_mem=16MB",
	"maintenance_work_mem=128MB", "max_wal_size=1GB", "checkpoint_completion_target=0.9", "random_page_cost=1.1",
	"jit=off", "timezone=UTC", "log_timezone=UTC", "log_min_messages=warning", "logging_collector=off",
}

// testSettings may lose data when the machine fails, which tests do not mind.
var testSettings = []string{
	"fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0",
	"max_connections=300", "max_wal_size=1GB", "log_checkpoints=off", "log_min_messages=fatal",
}

// serverProcess is the server as a child of this process.
type serverProcess struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed when the child is gone
}

// launch initialises the data folder if it is new, starts the server and waits until it
// answers. The caller holds the lock file.
func launch(ctx context.Context, cfg ServerConfig, home serverHome) (*serverProcess, string, error) {
	user, err := findServerUser(home.dataDir)
	if err != nil {
		return nil, "", err
	}
	if err := stopOrphan(ctx, home); err != nil {
		return nil, "", err
	}
	bin, err := findBinaries(home.dataDir, binaryDirs())
	if err != nil {
		return nil, "", err
	}
	if err := initData(ctx, bin, home, user, cfg.Test); err != nil {
		return nil, "", err
	}
	socketDir, err := makeSocketDir(home, user)
	if err != nil {
		return nil, "", err
	}
	p, err := startProcess(cfg, home, user, bin, socketDir)
	if err != nil {
		return nil, "", err
	}
	if err := p.waitReady(ctx, home, socketDir); err != nil {
		return nil, "", errors.Join(err, p.stop())
	}
	if err := ensureDatabase(ctx, socketURL(socketDir, "postgres"), privateDatabase); err != nil {
		return nil, "", errors.Join(err, p.stop())
	}
	return p, socketDir, nil
}

// initData runs initdb beside the final place and renames the result, so that a process
// killed in the middle leaves no half of a database.
func initData(ctx context.Context, bin string, home serverHome, user serverUser, test bool) error {
	if _, err := os.Stat(filepath.Join(home.dataDir, "PG_VERSION")); err == nil {
		return nil
	}
	fresh := home.dataDir + ".new"
	if err := errors.Join(os.RemoveAll(fresh), os.Mkdir(fresh, 0o700), user.chown(fresh)); err != nil {
		return fmt.Errorf("postgres: prepare %s: %w", fresh, err)
	}
	var out []byte
	var err error
	// C.UTF-8 is missing on some systems; any UTF-8 locale serves, for lower() and ILIKE.
	for _, locale := range []string{"C.UTF-8", "en_US.UTF-8"} {
		args := []string{"-D", fresh, "-U", privateRole, "-A", "trust", "-E", "UTF8", "--locale=" + locale}
		if test {
			args = append(args, "--no-sync")
		}
		cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
		cmd.Dir, cmd.Env = "/", serverEnv()
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user.credential}
		if out, err = cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("locale")) {
			break
		}
	}
	if err != nil {
		return prolong.NewError(prolong.CodeUnavailable, "error.postgres_init",
			prolong.Args{"Path": home.dataDir, "Reason": lastLine(out)}).Because(err)
	}
	// An empty folder may stand in the way; one with files in it is not ours to replace.
	if err := os.Remove(home.dataDir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return prolong.NewError(prolong.CodeUnavailable, "error.postgres_init",
			prolong.Args{"Path": home.dataDir, "Reason": err.Error()}).Because(err)
	}
	if err := os.Rename(fresh, home.dataDir); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

func startProcess(cfg ServerConfig, home serverHome, user serverUser, bin, socketDir string) (*serverProcess, error) {
	if info, err := os.Stat(home.logFile); err == nil && info.Size() > logFileBytesMax {
		if err := os.Truncate(home.logFile, 0); err != nil {
			return nil, fmt.Errorf("postgres: %w", err)
		}
	}
	log, err := os.OpenFile(home.logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return nil, foreignError(home.logFile, err)
	}
	defer func() { _ = log.Close() }() // the child has its own copy

	args := []string{"-D", home.dataDir, "-k", socketDir, "-p", "5432"}
	settings := serverSettings
	if cfg.Test {
		settings = append(settings[:len(settings):len(settings)], testSettings...)
	}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...) //nolint:noctx // the server outlives the start; Close and the parent's death end it
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = "/", serverEnv(), log, log
	// A group of its own, so that Ctrl-C in the terminal reaches us first.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: user.credential}
	dieWithParent(cmd.SysProcAttr)

	p := &serverProcess{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal at the parent's death follows the thread that started the child, so this
		// thread is kept for it until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		_ = cmd.Wait() // how it ended stands in its log
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.postgres_start",
			prolong.Args{"Log": home.logFile, "Reason": err.Error()}).Because(err)
	}
	return p, nil
}

// waitReady returns once the server answers, or why it will not.
func (p *serverProcess) waitReady(ctx context.Context, home serverHome, socketDir string) error {
	for {
		if answers(ctx, socketDir, home.dataDir) {
			return nil
		}
		var cause error
		select {
		case <-p.exited:
			cause = errors.New("the server has ended")
		case <-ctx.Done():
			cause = ctx.Err()
		case <-time.After(serverPoll):
			continue
		}
		return prolong.NewError(prolong.CodeUnavailable, "error.postgres_start",
			prolong.Args{"Log": home.logFile, "Reason": lastLogLine(home.logFile)}).Because(cause)
	}
}

// stop asks for a fast shutdown and waits; a server that does not obey is stopped at once,
// which costs a recovery at the next start but no data.
func (p *serverProcess) stop() error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("postgres: stop the private server: %w", err)
		}
		select {
		case <-p.exited:
			return nil
		case <-time.After(serverStopMax):
		}
	}
	return errors.New("postgres: the private server does not stop")
}

// stopOrphan makes way for a fresh server. The lock is ours, so a server that still runs on
// the data folder belongs to a dead owner and is on its way down, or, where the system knows
// no signal at the parent's death, has stayed behind.
func stopOrphan(ctx context.Context, home serverHome) error {
	asked := false
	for {
		pid, ok := readPidFile(home.dataDir)
		if !ok {
			return nil
		}
		if !isServer(pid.pid) {
			// Left by a crash. By now the number may belong to anybody, or to a zombie, and the
			// server would refuse to start.
			if err := os.Remove(filepath.Join(home.dataDir, "postmaster.pid")); err != nil {
				return foreignError(home.dataDir, err)
			}
			return nil
		}
		if !asked && pid.socketDir != "" && answers(ctx, pid.socketDir, home.dataDir) {
			asked = syscall.Kill(pid.pid, syscall.SIGINT) == nil
		}
		select {
		case <-ctx.Done():
			return prolong.NewError(prolong.CodeUnavailable, "error.postgres_busy",
				prolong.Args{"Path": home.dataDir}).Because(ctx.Err())
		case <-time.After(serverPoll):
		}
	}
}

type pidFile struct {
	pid       int
	socketDir string // empty until the server has opened it
}

// readPidFile reads postmaster.pid: line 1 is the process, line 5 the socket folder.
func readPidFile(dataDir string) (pidFile, bool) {
	data, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(data), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return pidFile{}, false
	}
	p := pidFile{pid: pid}
	if len(lines) > 5 { // the line is complete
		p.socketDir = lines[4]
	}
	return p, true
}

func ensureDatabase(ctx context.Context, adminURL, name string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	return nil
}

// serverEnv drops the caller's PG variables (PGPORT, PGDATA, PGOPTIONS), which would move the server.
func serverEnv() []string {
	env := []string{"LC_ALL=C"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_") && !strings.HasPrefix(v, "LANG") {
			env = append(env, v)
		}
	}
	return env
}

func lastLogLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return lastLine(data)
}

// lastLine returns the last line that tells a cause: the server's errors before its farewell.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := len(lines) - 1; i >= max(0, len(lines)-20); i-- {
		for _, mark := range []string{"FATAL:", "PANIC:", "error:"} {
			if strings.Contains(lines[i], mark) {
				return strings.TrimSpace(lines[i])
			}
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
