package pbxsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"prolong"
)

// The behaviour of the real exchange in numbers.
const (
	sessionIdleMax    = 72 * time.Hour
	linkLifetime      = 200 * time.Second
	historyDelayMax   = 60 * time.Second
	recordingDelayMin = 5 * time.Second
	weekMax           = 7 * 24 * time.Hour
)

// Options say what kind of exchange it is.
type Options struct {
	Domain  string // "demo.onpbx.ru"
	AuthKey string
	Clock   prolong.Clock
	Seed    uint64
	// HookURL receives webhooks; "" sends none. Client sends them, nil is a plain one.
	HookURL string
	Client  *http.Client
	Trunk   string   // our number, as the exchange writes it
	Users   []string // extensions
	// EndAfterMissed sends call_end after call_missed too: nobody knows which of the two is so.
	EndAfterMissed bool
	// CutNewest cuts a window that is too long at its newer end; the sources disagree.
	CutNewest bool
}

// PBX is a simulated exchange. It is an http.Handler and safe for concurrent use.
type PBX struct {
	o Options

	mu       sync.Mutex
	rnd      *rand.Rand
	session  string
	used     time.Time
	keys     int
	auths    int
	calls    []*placed
	hooks    []hook
	links    map[string]link
	faults   map[Fault]*setting
	requests []Request
	nextUUID int
}

// link is a recording's address as it was given out.
type link struct {
	uuids   []string
	expires time.Time
	tar     bool
}

// Request is a request that the exchange has seen, without secrets.
type Request struct {
	At   time.Time `json:"at"`
	Path string    `json:"path"`
	Form string    `json:"form"`
}

// New returns an exchange without calls.
func New(o Options) *PBX {
	if o.Clock == nil {
		o.Clock = prolong.SystemClock{}
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Trunk == "" {
		o.Trunk = "74950000000"
	}
	return &PBX{o: o, rnd: rand.New(rand.NewPCG(o.Seed, 1)), links: map[string]link{}, faults: map[Fault]*setting{}} //nolint:gosec // a seed makes runs repeatable
}

// Auths returns how often somebody has logged in.
func (p *PBX) Auths() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.auths
}

// Journal returns every request seen so far.
func (p *PBX) Journal() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Request{}, p.requests...)
}

// Script is a call to be played. It begins when it is placed.
type Script struct {
	Direction string        `json:"direction"` // inbound | outbound | local
	Client    string        `json:"client"`    // the other side's number; an extension for local calls
	Extension string        `json:"extension"` // who of ours talks, or is called last
	Queue     []string      `json:"queue"`     // who is rung before, in vain
	Forward   string        `json:"forward"`   // the mobile that the extension forwards to
	Ring      time.Duration `json:"ring"`
	Talk      time.Duration `json:"talk"` // 0: nobody talks
	Hold      time.Duration `json:"hold"` // within the conversation; talk time does not count it
	Cause     string        `json:"cause"`
	// NoRecording leaves an answered call unrecorded.
	NoRecording bool `json:"no_recording"`
}

// placed is a call with its times.
type placed struct {
	Script
	uuid                 string
	start, answered, end time.Time
	published            time.Time // when its row appears in the history
	recorded             time.Time // when its recording can be had; zero: never
	edited               bool      // its row was changed later
}

// Place plays a call from now on and returns its id.
func (p *PBX) Place(s Script) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextUUID++
	sum := sha256.Sum256([]byte(strconv.FormatUint(p.o.Seed, 10) + ":" + strconv.Itoa(p.nextUUID)))
	h := hex.EncodeToString(sum[:16])
	c := &placed{Script: s, uuid: fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])}
	c.start = p.o.Clock.Now().Truncate(time.Second)
	c.end = c.start.Add(s.Ring)
	if s.Talk > 0 {
		c.answered = c.end
		c.end = c.end.Add(s.Talk + s.Hold)
	}
	if c.Cause == "" {
		c.Cause = "NORMAL_CLEARING"
	}
	c.published = c.end.Add(time.Duration(p.rnd.Int64N(int64(historyDelayMax))))
	if s.Talk > 0 && !s.NoRecording {
		c.recorded = c.end.Add(recordingDelayMin)
	}
	p.calls = append(p.calls, c)
	p.announce(c)
	return c.uuid
}

// Calls returns how many calls were placed.
func (p *PBX) Calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.calls)
}

func (c *placed) missed() bool { return c.Direction == "inbound" && c.Talk == 0 }

// caller and callee are the parties as webhooks name them.
func (c *placed) caller() string {
	if c.Direction == "inbound" {
		return c.Client
	}
	return c.Extension
}

func (c *placed) callee() string {
	if c.Direction == "inbound" {
		return c.Extension
	}
	return c.Client
}
