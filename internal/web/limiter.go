package web

import (
	"net/netip"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
)

// Limiter lets each key act a few times at once and then at a steady pace (token bucket). Its
// memory is bounded: keys that have rested are forgotten, the oldest first. It guards one
// process; limits that must hold across processes live in the database.
type Limiter struct {
	clock   prolong.Clock
	burst   float64
	every   time.Duration
	keysMax int

	mu sync.Mutex
	// Two generations: when the young one is full it becomes the old one, and what was old is
	// forgotten. A key that acts moves to the young one.
	young, old map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// limiterKeysMax bounds the memory of a limiter: about 10 MB.
const limiterKeysMax = 100_000

// NewLimiter allows each key burst actions at once and then one every interval.
func NewLimiter(clock prolong.Clock, burst int, every time.Duration) *Limiter {
	return &Limiter{clock: clock, burst: float64(burst), every: every, keysMax: limiterKeysMax, young: map[string]bucket{}}
}

// Take uses up one action of the key. It returns zero if the key may act, else how long it has
// to wait.
func (l *Limiter) Take(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	b, ok := l.young[key]
	if !ok {
		b, ok = l.old[key]
	}
	if !ok {
		b = bucket{tokens: l.burst, at: now}
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.tokens = min(l.burst, b.tokens+float64(passed)/float64(l.every))
	}
	b.at = now
	var wait time.Duration
	if b.tokens >= 1 {
		b.tokens--
	} else {
		wait = time.Duration((1 - b.tokens) * float64(l.every))
	}
	if _, known := l.young[key]; !known && len(l.young) >= l.keysMax/2 {
		l.old, l.young = l.young, map[string]bucket{}
	}
	l.young[key] = b
	return wait
}

// Guard refuses requests past the limit. The key of a caller is what keyFunc says, for example
// ClientKey.
func (s *Site) Guard(l *Limiter, keyFunc func(c *gin.Context) string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if wait := l.Take(keyFunc(c)); wait > 0 {
			s.Fail(c, TooOften(wait))
		}
	}
}

// TooOften is the error for somebody who must wait; it names whole seconds.
func TooOften(wait time.Duration) *prolong.Error {
	seconds := (wait + time.Second - 1).Truncate(time.Second)
	return prolong.NewError(prolong.CodeRateLimited, "error.rate_limited", prolong.Args{"Wait": seconds})
}

// ClientKey names the caller by address. An IPv6 caller owns a whole /64, so that is the key.
func ClientKey(c *gin.Context) string {
	addr, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return c.ClientIP()
	}
	if addr = addr.Unmap(); addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}
