package identity

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"prolong"
)

// passwordParams cost about a tenth of a second and 64 MiB (RFC 9106, second choice with a
// smaller memory).
var passwordParams = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32}

const (
	passwordRunesMin = 12
	passwordBytesMax = 200
	// hashesAtOnceMax bounds the memory of hashing: 4 x 64 MiB. Others wait.
	hashesAtOnceMax = 4
)

// unknownHash is compared against when the person is not known or has no password, so that
// the answer takes as long. It is the hash of random bytes that nobody kept.
const unknownHash = "$argon2id$v=19$m=65536,t=3,p=2$SGFyZGx5LWEtc2FsdC0hIQ$2mCzPK9PpN1VAsV3jLyC5W0sl1K6r0lCTVGzV7Qd3wY"

// hasher hashes passwords, a few at a time.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{slots: make(chan struct{}, hashesAtOnceMax)} }

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return argon2id.CreateHash(password, passwordParams)
}

// matches compares in constant time; an empty hash matches nothing and takes as long.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := hash != ""
	if !known {
		hash = unknownHash
	}
	if len(password) > passwordBytesMax {
		password = password[:passwordBytesMax] // too long for any password of ours
		known = false
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && known, err
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.slots }

// checkPassword says whether a new password is good enough: length is what counts; it must not
// be built on the person's own address.
func checkPassword(password, email string) error {
	if utf8.RuneCountInString(password) < passwordRunesMin {
		return prolong.NewError(prolong.CodeInvalid, "error.password_short", prolong.Args{"Min": passwordRunesMin})
	}
	if len(password) > passwordBytesMax {
		return prolong.NewError(prolong.CodeInvalid, "error.password_long", prolong.Args{"Max": passwordBytesMax})
	}
	local, _, _ := strings.Cut(email, "@")
	rest := strings.ReplaceAll(strings.ToLower(password), strings.ToLower(local), "")
	if distinctRunes(rest) < distinctRunesMin {
		return prolong.NewError(prolong.CodeInvalid, "error.password_simple", nil)
	}
	return nil
}

// distinctRunesMin refuses "aaaaaaaaaaaa" and the name with a digit.
const distinctRunesMin = 5

func distinctRunes(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
