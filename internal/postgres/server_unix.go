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

// isServer says whether the process is a PostgreSQL server, as far as can be told.
func isServer(pid int) bool {
	out, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output() //nolint:noctx // prints a line and ends
	return err == nil && strings.Contains(string(out), "post")
}
