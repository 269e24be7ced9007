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

// isServer says whether the process is a running PostgreSQL server. A zombie is not: in a
// container nobody may ever collect it.
func isServer(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	// "123 (name) S ..."; the name may hold anything, so the last bracket ends it.
	open, end := strings.IndexByte(string(stat), '('), strings.LastIndexByte(string(stat), ')')
	if open < 0 || end < open || end+2 >= len(stat) {
		return false
	}
	name, state := string(stat[open+1:end]), stat[end+2]
	return (name == "postgres" || name == "postmaster") && state != 'Z' && state != 'X'
}
