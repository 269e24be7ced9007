//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent does nothing here: the system knows no signal at the parent's death. A server
// that stays behind a killed owner is stopped by the next start.
func dieWithParent(*syscall.SysProcAttr) {}

// isServer says whether the process is a running PostgreSQL server.
func isServer(pid int) bool {
	out, err := exec.Command("ps", "-o", "state=,comm=", "-p", strconv.Itoa(pid)).Output() //nolint:noctx // prints a line and ends
	text := strings.TrimSpace(string(out))
	return err == nil && !strings.HasPrefix(text, "Z") && (strings.HasSuffix(text, "postgres") || strings.HasSuffix(text, "postmaster"))
}
