package postgres

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent makes the kernel ask the server for a fast shutdown when the thread that
// started it ends, even by kill -9.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// isServer says whether the process is a PostgreSQL server, as far as can be told.
func isServer(pid int) bool {
	comm, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	if err != nil {
		return false
	}
	return strings.HasPrefix(string(comm), "postgres") || strings.HasPrefix(string(comm), "postmaster")
}
