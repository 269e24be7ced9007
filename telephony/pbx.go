package telephony

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// PBX is a telephone exchange as this room needs it. Each make has its adapter, which alone
// knows its words, times and causes.
type PBX interface {
	// ReadHook reads a webhook. Returns ErrNoNews for one that tells nothing, such as the
	// test of a settings page.
	ReadHook(contentType string, body []byte) (News, error)
	// History returns the calls that ended in [from, to), in any order. Calls that still go on
	// are left out. Returns CodeUnavailable if the exchange does not answer.
	History(ctx context.Context, from, to time.Time) ([]Record, error)
	// Find returns the history of one call, false if there is none yet.
	Find(ctx context.Context, uuid string) (Record, bool, error)
	// Recording opens the recording of a call. rangeHeader is passed on; "" asks for all of it.
	// Returns CodeNotFound if there is none, CodeUnavailable if it is not ready or cannot be had now.
	Recording(ctx context.Context, uuid, rangeHeader string) (*Recording, error)
}

// ErrNoNews says that a webhook is sound and tells nothing.
var ErrNoNews = errors.New("telephony: the webhook tells nothing")

// NewsKind says what a webhook tells of a call.
type NewsKind string

// The kinds of news, in the order of a call's life.
const (
	NewsStarted  NewsKind = "started"
	NewsAnswered NewsKind = "answered"
	NewsEnded    NewsKind = "ended"
	NewsMissed   NewsKind = "missed"
)

// News is what a webhook tells. Webhooks are fast and not to be trusted: they get lost,
// doubled and out of order, and nobody signs them.
type News struct {
	UUID        string
	Kind        NewsKind
	Direction   Direction // "" if it does not say
	Caller      string
	Callee      string
	Trunk       string
	At          time.Time // when it happened; zero if it does not say
	TalkSeconds int
	Cause       string
	// Key identifies the news: the same news twice has the same key.
	Key string
}

// Record is a call as the exchange's history has it: the truth.
type Record struct {
	UUID         string
	Direction    Direction
	Client       string // the other side's number, as the exchange writes it
	Extension    string // who of ours talked or was called last; "" if unknown
	Trunk        string // our number or gateway
	StartedAt    time.Time
	AnsweredAt   time.Time // zero if nobody answered
	EndedAt      time.Time
	TalkSeconds  int
	TotalSeconds int
	Outcome      Outcome
	Cause        string
	Raw          json.RawMessage
}

// Recording is the sound of a call on its way to whoever listens. The caller closes Body.
type Recording struct {
	Status        int // 200 or 206
	ContentType   string
	ContentLength int64 // -1 if unknown
	ContentRange  string
	AcceptRanges  string
	Body          io.ReadCloser
}
