//go:build unix

package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
)

const (
	helperVar  = "PROLONG_SERVER_TEST_DIR"
	eventually = time.Minute
)

// TestMain lets the test binary play another program that uses the private server: it opens
// the data folder, says so, and closes when its standard input ends.
func TestMain(m *testing.M) {
	if dir := os.Getenv(helperVar); dir != "" {
		os.Exit(helper(dir))
	}
	os.Exit(m.Run())
}

func helper(dir string) int {
	ctx := context.Background()
	db, err := Open(ctx, Config{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Fprintln(os.Stdout, "error", err)
		return 1
	}
	fmt.Fprintln(os.Stdout, "ready", db.server.Owner(), db.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := db.Close(); err != nil {
		fmt.Fprintln(os.Stdout, "error", err)
		return 1
	}
	return 0
}

type program struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	owner bool
	url   string
}

// startProgram runs the helper as the user (empty: as ourselves) and waits until it is ready.
func startProgram(t *testing.T, dir, as string, env ...string) *program {
	t.Helper()
	p, line := runProgram(t, dir, as, env...)
	fields := strings.Fields(line)
	require.Len(t, fields, 3, line)
	require.Equal(t, "ready", fields[0], line)
	p.owner, p.url = fields[1] == "true", fields[2]
	return p
}

// runProgram runs the helper and returns the first line that it says.
func runProgram(t *testing.T, dir, as string, env ...string) (*program, string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self) //nolint:noctx // the test ends it
	if as != "" {
		u, err := user.Lookup(as)
		require.NoError(t, err)
		su, err := credentialOf(u)
		require.NoError(t, err)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: su.credential}
		cmd.Path = publicCopy(t, self) // go test keeps its binaries where only we can enter
	}
	cmd.Dir = "/"
	cmd.Env = append(append(os.Environ(), helperVar+"="+dir), env...)
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return &program{cmd: cmd, stdin: stdin}, line
}

func (p *program) quit(t *testing.T) {
	t.Helper()
	require.NoError(t, p.stdin.Close())
	require.NoError(t, p.cmd.Wait())
}

func (p *program) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGKILL))
	_ = p.cmd.Wait() // it was killed, as it says
}

// publicDir returns a folder that every user can enter, owned by the user.
func publicDir(t *testing.T, as string) string {
	t.Helper()
	base := "/tmp"
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm" // in memory: many servers are made here
	}
	dir, err := os.MkdirTemp(base, "prolong-server-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // that is what it is for
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	if as != "" {
		u, err := user.Lookup(as)
		require.NoError(t, err)
		su, err := credentialOf(u)
		require.NoError(t, err)
		require.NoError(t, su.chown(dir))
	}
	return dir
}

func publicCopy(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	path := filepath.Join(publicDir(t, ""), "program")
	require.NoError(t, os.WriteFile(path, data, 0o755)) //nolint:gosec // another user runs it
	return path
}

// users are whom a server can be tried as: ourselves and, as root, an ordinary user.
func users() []string {
	if os.Geteuid() == 0 {
		return []string{"", "nobody"}
	}
	return []string{""}
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	pid, ok := readPidFile(filepath.Join(dir, "postgres"))
	require.True(t, ok, "no postmaster.pid")
	return pid.pid
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool { return !isServer(pid) }, eventually, time.Millisecond, "the server stayed behind")
}

func query(t *testing.T, url string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "SELECT 1")
	return errors.Join(err, conn.Close(ctx))
}

func TestServerIsSharedAndStoppedByItsOwner(t *testing.T) {
	t.Parallel()
	for _, as := range users() {
		t.Run("as "+as, func(t *testing.T) {
			t.Parallel()
			dir := publicDir(t, as)
			first := startProgram(t, dir, as)
			require.True(t, first.owner)
			pid := postmaster(t, dir)
			second := startProgram(t, dir, as)
			require.False(t, second.owner)
			require.Equal(t, first.url, second.url)
			second.quit(t)
			require.NoError(t, query(t, first.url), "the second did not stop it")
			first.quit(t)
			require.False(t, isServer(pid))

			again := startProgram(t, dir, as)
			require.True(t, again.owner)
			again.quit(t)
		})
	}
}

func TestServerDiesWithItsKilledOwner(t *testing.T) {
	t.Parallel()
	for _, as := range users() {
		t.Run("as "+as, func(t *testing.T) {
			t.Parallel()
			dir := publicDir(t, as)
			first := startProgram(t, dir, as)
			pid := postmaster(t, dir)
			first.kill(t)
			// Starting anew at once, while the old server is still on its way down.
			second := startProgram(t, dir, as)
			require.True(t, second.owner)
			require.False(t, isServer(pid))
			pid = postmaster(t, dir)
			second.kill(t)
			requireGone(t, pid)
		})
	}
}

func TestServerIsInherited(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*program, *testing.T){"killed": (*program).kill, "ended": (*program).quit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := publicDir(t, "")
			first := startProgram(t, dir, "")
			db, err := Open(t.Context(), Config{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			require.False(t, db.server.Owner())
			require.NoError(t, db.Pool.Ping(t.Context()))
			end(first, t)
			require.Eventually(t, db.server.Owner, eventually, time.Millisecond)
			require.Eventually(t, func() bool { return db.Pool.Ping(t.Context()) == nil }, eventually, time.Millisecond)
			pid := postmaster(t, dir)
			require.NoError(t, db.Close())
			require.False(t, isServer(pid))
		})
	}
}

func TestServerIsRestartedIfItDies(t *testing.T) {
	t.Parallel()
	dir := publicDir(t, "")
	s, err := StartServer(t.Context(), ServerConfig{DataDir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	pid := postmaster(t, dir)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(t, func() bool {
		p, ok := readPidFile(filepath.Join(dir, "postgres"))
		return ok && p.pid != pid && query(t, s.URL("postgres")) == nil
	}, eventually, 10*time.Millisecond)
	require.NoError(t, s.Close())
}

func TestManyStartAtOnce(t *testing.T) {
	t.Parallel()
	dir := publicDir(t, "")
	const starters = 5
	type result struct {
		s   *Server
		err error
	}
	results := make(chan result, starters)
	for range starters {
		go func() {
			s, err := StartServer(context.Background(), ServerConfig{DataDir: dir, Test: true, Logger: slog.New(slog.DiscardHandler)})
			results <- result{s, err}
		}()
	}
	owners := 0
	var servers []*Server
	for range starters {
		r := <-results
		require.NoError(t, r.err)
		if r.s.Owner() {
			owners++
			servers = append(servers, r.s) // closed last
		} else {
			servers = append([]*Server{r.s}, servers...)
		}
	}
	require.Equal(t, 1, owners)
	url, err := FindServer(t.Context(), dir, "postgres")
	require.NoError(t, err)
	require.NoError(t, query(t, url))
	for _, s := range servers {
		require.NoError(t, s.Close())
	}
	url, err = FindServer(t.Context(), dir, "postgres")
	require.NoError(t, err)
	require.Empty(t, url)
}

func TestServerStartsOnLeftovers(t *testing.T) {
	t.Parallel()
	dir := publicDir(t, "")
	// An initdb that was killed, and an empty folder in the place of the data.
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "postgres.new", "base"), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "postgres"), 0o700))
	u, err := findServerUser(filepath.Join(dir, "nothing"))
	require.NoError(t, err)
	require.NoError(t, u.chown(filepath.Join(dir, "postgres")))
	start := func() {
		s, err := StartServer(t.Context(), ServerConfig{DataDir: dir, Test: true, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		require.NoError(t, query(t, s.URL(privateDatabase)))
		require.NoError(t, s.Close())
	}
	start()
	dead := exec.Command("true") //nolint:noctx // ends at once
	require.NoError(t, dead.Run())
	for name, pid := range map[string]int{"of a dead process": dead.Process.Pid, "that now belongs to another program": os.Getpid()} {
		file := filepath.Join(dir, "postgres", "postmaster.pid")
		text := strconv.Itoa(pid) + "\n" + filepath.Join(dir, "postgres") + "\n1\n5432\n/nowhere\n\n\n"
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600), name)
		require.NoError(t, u.chown(file))
		start()
	}
}

func TestServerInALongPath(t *testing.T) {
	t.Parallel()
	long := filepath.Join(publicDir(t, ""), strings.Repeat("d", 100), strings.Repeat("e", 100))
	require.NoError(t, os.MkdirAll(long, 0o755)) //nolint:gosec // the server's user must enter
	p := startProgram(t, filepath.Join(long, "var"), "", "TMPDIR="+long, "PGPORT=1234", "PGDATA=/nowhere", "PGOPTIONS=-c search_path=nowhere")
	require.NoError(t, query(t, p.url))
	p.quit(t)
}

func TestServerBehindAClosedFolder(t *testing.T) {
	t.Parallel()
	closed := t.TempDir()
	require.NoError(t, os.Chmod(closed, 0o700)) //nolint:gosec // closed to all but us
	dir := filepath.Join(closed, "var")
	s, err := StartServer(t.Context(), ServerConfig{DataDir: dir, Test: true, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, query(t, s.URL(privateDatabase)))
	require.NoError(t, s.Close())
	if os.Geteuid() == 0 { // the server's user cannot enter, so the data are elsewhere
		require.True(t, strings.HasPrefix(s.home.dataDir, "/var/tmp/prolong-"), s.home.dataDir)
		require.NoError(t, os.RemoveAll(filepath.Dir(s.home.dataDir)))
	}
}

func TestServerOfAnotherUser(t *testing.T) {
	t.Parallel()
	for _, as := range users()[1:] {
		dir := publicDir(t, "")
		first := startProgram(t, dir, "")
		_, line := runProgram(t, dir, as)
		require.Contains(t, line, "error.postgres_foreign")
		require.Contains(t, line, "Owner=")
		first.quit(t)

		// The other way round works: root uses the server of whoever owns the data.
		dir = publicDir(t, as)
		startProgram(t, dir, as).quit(t)
		again := startProgram(t, dir, "")
		require.True(t, again.owner)
		again.quit(t)
		startProgram(t, dir, as).quit(t)
	}
}

func TestServerProgramsAreMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := findBinaries(dir, nil)
	require.ErrorContains(t, err, "error.postgres_not_installed")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))

	found := binaryDirs()
	require.NotEmpty(t, found)
	bin, err := findBinaries(dir, found)
	require.NoError(t, err)
	require.Equal(t, found[0], bin)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte("8.4\n"), 0o600))
	_, err = findBinaries(dir, found)
	require.ErrorContains(t, err, "error.postgres_version")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte(majorVersion(found[0])+"\n"), 0o600))
	bin, err = findBinaries(dir, found)
	require.NoError(t, err)
	require.Equal(t, found[0], bin)
}

func TestServerThatDoesNotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := publicDir(t, "")
	config := ServerConfig{DataDir: dir, Test: true, Logger: slog.New(slog.DiscardHandler)}
	s, err := StartServer(t.Context(), config)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	file, err := os.OpenFile(filepath.Join(dir, "postgres", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("\nno_such_setting = on\n")
	require.NoError(t, err)
	require.NoError(t, file.Close())
	_, err = StartServer(t.Context(), config)
	require.ErrorContains(t, err, "error.postgres_start")
	require.ErrorContains(t, err, "FATAL")
}

func TestOpenRefusesBadURLs(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Config{URL: "postgres://user:secret@host:port/db"})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	require.NotContains(t, err.Error(), "secret")
	_, err = Open(t.Context(), Config{URL: "postgres://user:secret@/db?host=/nowhere"})
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	require.NotContains(t, err.Error(), "secret")
}
