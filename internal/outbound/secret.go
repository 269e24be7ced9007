package outbound

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"prolong"
)

const filePrefix = "file:"

var environmentReference = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// IsReference reports whether s says where a secret lies, ${NAME} or file:PATH. Declared settings
// hold references, never secrets.
func IsReference(s string) bool {
	return environmentReference.MatchString(s) || IsFileReference(s)
}

// IsFileReference reports whether s is a reference to a file.
func IsFileReference(s string) bool {
	return strings.HasPrefix(s, filePrefix) && len(s) > len(filePrefix)
}

// Secrets reads secrets where they lie. The zero value knows none of the environment.
type Secrets struct {
	// LookupEnv answers for ${NAME}; os.LookupEnv in production.
	LookupEnv func(name string) (string, bool)
	// Dir is where relative paths of file: begin.
	Dir string
}

// Read returns the secret that a reference names, without the white space around it; false if it
// is not there or empty.
func (s Secrets) Read(reference string) (string, bool) {
	if m := environmentReference.FindStringSubmatch(reference); m != nil {
		if s.LookupEnv == nil {
			return "", false
		}
		value, _ := s.LookupEnv(m[1])
		value = strings.TrimSpace(value)
		return value, value != ""
	}
	if !IsFileReference(reference) {
		return "", false
	}
	raw, err := os.ReadFile(s.path(reference))
	value := strings.TrimSpace(string(raw))
	return value, err == nil && value != ""
}

// Write replaces the secret in a file, at once and for this user only: the service has given a
// new one, and the old one is void.
func (s Secrets) Write(reference, secret string) error {
	path := s.path(reference)
	f, err := os.CreateTemp(filepath.Dir(path), ".token-*")
	if err != nil {
		return prolong.Wrap("outbound.Secrets", err)
	}
	_, err = f.WriteString(secret + "\n")
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return prolong.Wrap("outbound.Secrets", err)
}

func (s Secrets) path(reference string) string {
	path := strings.TrimPrefix(reference, filePrefix)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Dir, path)
}

// SafeAddress reports whether keys may be sent to an address: over TLS, or to this machine.
func SafeAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && ip != nil && ip.IsLoopback()
}
