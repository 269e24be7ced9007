package mailtest

import (
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serverUser is who the servers run as when the test runs as root: both refuse to handle mail
// as root. An ordinary user runs them as himself.
const serverUser = "nobody"

// identity returns the user and group that the servers run as.
func identity(tb testing.TB) (uid, gid int) {
	tb.Helper()
	lookup := user.Current
	if os.Geteuid() == 0 {
		lookup = func() (*user.User, error) { return user.Lookup(serverUser) }
	}
	u, err := lookup()
	require.NoError(tb, err)
	uid, err = strconv.Atoi(u.Uid)
	require.NoError(tb, err)
	gid, err = strconv.Atoi(u.Gid)
	require.NoError(tb, err)
	return uid, gid
}

// giveAway hands the folder to the servers' user.
func giveAway(tb testing.TB, dir string) {
	tb.Helper()
	if os.Geteuid() != 0 {
		return
	}
	uid, gid := identity(tb)
	require.NoError(tb, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, gid)
	}))
}

// stopTimeoutMax is how long a server may take to end before it is killed.
const stopTimeoutMax = 5 * time.Second

// run starts a server in its own process group and ends the group with the test. Should the
// test program be killed, the kernel ends the server's first process, and that its children.
func run(tb testing.TB, dir, debianPackage, name string, args ...string) {
	tb.Helper()
	path := find(tb, name, debianPackage)
	output, err := os.Create(filepath.Join(dir, "log", name+".out"))
	require.NoError(tb, err)
	cmd := exec.Command(path, args...) //nolint:noctx // ended by the signals below, so that its children end too
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + dir, "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if os.Geteuid() == 0 {
		uid, gid := identity(tb)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // ids of the password file
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// the death signal follows the thread that started the process, so it must live as long
		runtime.LockOSThread()
		defer close(ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // ended by a signal
		}
	}()
	require.NoError(tb, <-started)
	require.NoError(tb, output.Close())
	tb.Cleanup(func() {
		group := -cmd.Process.Pid
		_ = syscall.Kill(group, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(stopTimeoutMax):
		}
		_ = syscall.Kill(group, syscall.SIGKILL) // what is left of the group
		<-ended
	})
}
