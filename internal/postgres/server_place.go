//go:build unix

package postgres

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"prolong"
)

// socketPathBytesMax is what a unix socket's address holds, less the closing zero (Linux 108,
// macOS 104).
const socketPathBytesMax = 103

// serverHome is where a private server's things are.
type serverHome struct {
	dataDir   string // the server's own files
	lockFile  string // held by the owner
	logFile   string
	socketDir string // known once the server runs
}

// serverUser is who the server runs as.
type serverUser struct {
	uid, gid   int
	credential *syscall.Credential // nil: as ourselves
}

// findHome lays out the data folder and makes it. If we are root and the folder lies where
// the server's user cannot go (a superuser's home of mode 0700), the database files go to a
// folder of the system's lasting temporary files, named after the data folder.
func findHome(dir string) (serverHome, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return serverHome{}, fmt.Errorf("postgres: %w", err)
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return serverHome{}, foreignError(abs, err)
	}
	// The server reports its folder without links, and we compare.
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return serverHome{}, fmt.Errorf("postgres: %w", err)
	}
	home := serverHome{
		dataDir: filepath.Join(abs, "postgres"), lockFile: filepath.Join(abs, "postgres.lock"), logFile: filepath.Join(abs, "postgres.log"),
	}
	u, err := findServerUser(home.dataDir)
	if err != nil {
		return serverHome{}, err
	}
	if u.credential == nil || u.canEnter(abs) {
		return home, nil
	}
	lasting := filepath.Join("/var/tmp", "prolong-"+shortHash(abs))
	if err := os.Mkdir(lasting, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return serverHome{}, foreignError(lasting, err)
	}
	// The name can be guessed and the folder is everybody's: it must be ours.
	if uid, mode, err := ownerOf(lasting); err != nil || uid != os.Geteuid() || !mode.IsDir() || mode.Perm()&0o022 != 0 {
		return serverHome{}, foreignError(lasting, err)
	}
	home.dataDir = filepath.Join(lasting, "postgres")
	return home, nil
}

// findServerUser returns ourselves, unless we are root: then the owner of existing data, else
// postgres, else nobody.
func findServerUser(dataDir string) (serverUser, error) {
	euid := os.Geteuid()
	owner, _, err := ownerOf(dataDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return serverUser{}, foreignError(dataDir, err)
	}
	if euid != 0 {
		if err == nil && owner != euid {
			return serverUser{}, foreignError(dataDir, nil)
		}
		return serverUser{uid: euid, gid: os.Getegid()}, nil
	}
	if err == nil && owner != 0 {
		if u, err := user.LookupId(strconv.Itoa(owner)); err == nil {
			return credentialOf(u)
		}
		return runAs(owner, owner), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return credentialOf(u)
		}
	}
	return serverUser{}, prolong.NewError(prolong.CodeUnavailable, "error.postgres_user", nil)
}

func credentialOf(u *user.User) (serverUser, error) {
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return serverUser{}, fmt.Errorf("postgres: user %s: %w", u.Username, err)
	}
	return runAs(uid, gid), nil
}

func runAs(uid, gid int) serverUser {
	return serverUser{uid: uid, gid: gid, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func (u serverUser) chown(path string) error {
	if u.credential == nil {
		return nil
	}
	return os.Lchown(path, u.uid, u.gid)
}

// canEnter says whether the user may pass through dir and all folders above it.
func (u serverUser) canEnter(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		pass := info.Mode().Perm() & 0o001
		switch {
		case int(st.Uid) == u.uid:
			pass = info.Mode().Perm() & 0o100
		case int(st.Gid) == u.gid:
			pass = info.Mode().Perm() & 0o010
		}
		if pass == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// makeSocketDir returns a folder that only the server's user and root can enter (whoever can
// enter it is the database's superuser), with a path short enough for a socket. The place that
// another process already knows is kept if it still serves.
func makeSocketDir(home serverHome, u serverUser) (string, error) {
	base, err := shortTempDir(u)
	if err != nil {
		return "", err
	}
	for _, dir := range []string{home.socketDir, filepath.Join(base, "prolong-pg-"+shortHash(home.dataDir))} {
		if dir == "" {
			continue
		}
		err := os.Mkdir(dir, 0o700)
		if err == nil {
			err = u.chown(dir)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			continue
		}
		if uid, mode, err := ownerOf(dir); err == nil && uid == u.uid && mode.IsDir() && mode.Perm() == 0o700 {
			return dir, nil
		}
	}
	// Somebody else sits on the name: take one that cannot be guessed.
	dir, err := os.MkdirTemp(base, "prolong-pg-")
	if err != nil {
		return "", fmt.Errorf("postgres: folder for the socket: %w", err)
	}
	return dir, u.chown(dir)
}

func shortTempDir(u serverUser) (string, error) {
	const rest = len("/prolong-pg-0123456789/.s.PGSQL.5432")
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		abs, err := filepath.Abs(dir)
		if err == nil && len(abs)+rest <= socketPathBytesMax && u.canEnter(abs) {
			return abs, nil
		}
	}
	return "", prolong.NewError(prolong.CodeUnavailable, "error.postgres_socket_dir", prolong.Args{"Path": os.TempDir()})
}

// binaryGlobs are where distributions put the server's programs outside PATH.
var binaryGlobs = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin", "/usr/local/pgsql*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findBinaries returns the folder to use of those with initdb and postgres in them: the first,
// or, since existing data want the major version that made them, the first of that version.
func findBinaries(dataDir string, dirs []string) (string, error) {
	if len(dirs) == 0 {
		return "", prolong.NewError(prolong.CodeUnavailable, "error.postgres_not_installed", nil)
	}
	data, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return dirs[0], nil
	}
	if err != nil {
		return "", foreignError(dataDir, err)
	}
	want := strings.TrimSpace(string(data))
	for _, dir := range dirs {
		if majorVersion(dir) == want {
			return dir, nil
		}
	}
	return "", prolong.NewError(prolong.CodeUnavailable, "error.postgres_version",
		prolong.Args{"Path": dataDir, "Version": want})
}

// binaryDirs lists the folders with initdb and postgres: $PG_BINDIR, PATH, then the usual
// places, the newest version first.
func binaryDirs() []string {
	var dirs []string
	add := func(dir string) {
		for _, name := range []string{"initdb", "postgres"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
				return
			}
		}
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if dir := os.Getenv("PG_BINDIR"); dir != "" {
		add(dir)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			add(filepath.Dir(real))
		}
	}
	var found []string
	for _, glob := range binaryGlobs {
		matches, err := filepath.Glob(glob)
		if err != nil {
			panic(err) // the patterns are constants
		}
		found = append(found, matches...)
	}
	slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(versionIn(b), versionIn(a)) })
	for _, dir := range found {
		add(dir)
	}
	return dirs
}

var number = regexp.MustCompile(`\d+`)

// versionIn returns the version number in a path such as /usr/lib/postgresql/17/bin, 0 if none.
func versionIn(path string) int {
	n, err := strconv.Atoi(number.FindString(path))
	if err != nil {
		return 0
	}
	return n
}

// majorVersion asks the server program for its major version, "15".
func majorVersion(bin string) string {
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output() //nolint:noctx // prints a line and ends
	if err != nil {
		return ""
	}
	return number.FindString(string(out))
}

func ownerOf(path string) (uid int, mode fs.FileMode, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("postgres: %s has no owner", path)
	}
	return int(st.Uid), info.Mode(), nil
}

// foreignError says that the path is not ours to use, with the owner's name if it can be had.
func foreignError(path string, cause error) error {
	owner := "?"
	if uid, _, err := ownerOf(path); err == nil {
		owner = strconv.Itoa(uid)
		if u, err := user.LookupId(owner); err == nil {
			owner = u.Username
		}
	}
	return prolong.NewError(prolong.CodeForbidden, "error.postgres_foreign",
		prolong.Args{"Path": path, "Owner": owner}).Because(cause)
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:5])
}
