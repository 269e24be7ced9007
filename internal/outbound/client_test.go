package outbound_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/outbound"
)

// testBundle is a service with faults and a client whose sleeping only moves a clock.
type testBundle struct {
	*outbound.Client
	clock  *prolong.ManualClock
	log    *bytes.Buffer
	calls  atomic.Int64
	slept  []time.Duration
	mu     sync.Mutex
	seen   []outbound.Call
	server *httptest.Server
}

func setup(t *testing.T, serve http.HandlerFunc, change func(o *outbound.Options)) *testBundle {
	t.Helper()
	b := &testBundle{clock: prolong.NewManualClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.calls.Add(1)
		serve(w, r)
	}))
	t.Cleanup(b.server.Close)
	o := outbound.Options{
		Service: "Пример Банк", Clock: b.clock, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		Observe: func(c outbound.Call) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.seen = append(b.seen, c)
		},
		Sleep: func(ctx context.Context, d time.Duration) error {
			b.slept = append(b.slept, d)
			b.clock.Advance(d)
			return ctx.Err()
		},
	}
	if change != nil {
		change(&o)
	}
	b.Client = outbound.NewClient(o)
	return b
}

func (b *testBundle) request(t *testing.T, method, path string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.server.URL+path, body)
	require.NoError(t, err)
	return req
}

// failing answers with the statuses in turn, and then with 200 "ok".
func failing(statuses ...int) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if len(statuses) == 0 {
			_, _ = io.WriteString(w, "ok")
			return
		}
		status := statuses[0]
		statuses = statuses[1:]
		if status == 0 {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		w.WriteHeader(status)
	}
}

func TestGetIsRepeated(t *testing.T) {
	t.Parallel()
	for name, statuses := range map[string][]int{"503": {503, 502}, "a broken connection": {0, 0}, "429": {429}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, failing(statuses...), nil)
			status, answer, err := b.Fetch(b.request(t, http.MethodGet, "/", nil))
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, "ok", string(answer))
			require.Len(t, b.slept, len(statuses))
			for i, d := range b.slept {
				require.GreaterOrEqual(t, d, 100*time.Millisecond)
				require.Less(t, d, 100*time.Millisecond+200*time.Millisecond<<i)
			}
			require.Len(t, b.seen, 1, "the tries of a call are one call")
		})
	}
}

func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, failing(503, 503, 503, 503, 503), nil)
	status, _, err := b.Fetch(b.request(t, http.MethodGet, "/", nil))
	require.NoError(t, err, "a status is an answer")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, int64(3), b.calls.Load())
}

func TestWhatChangesSomethingIsSentOnce(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		b := setup(t, failing(503), nil)
		status, _, err := b.Fetch(b.request(t, method, "/", strings.NewReader("x")))
		require.NoError(t, err)
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Equal(t, int64(1), b.calls.Load())
		require.Empty(t, b.slept)
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 500} {
		b := setup(t, failing(status), nil)
		got, _, err := b.Fetch(b.request(t, http.MethodGet, "/", nil))
		require.NoError(t, err)
		require.Equal(t, status, got)
		require.Equal(t, int64(1), b.calls.Load(), status)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header string
		calls  int64
		slept  time.Duration
	}{
		"seconds":              {"7", 2, 7 * time.Second},
		"a date":               {"Sun, 22 Nov 2026 12:00:05 GMT", 2, 5 * time.Second},
		"longer than patience": {"3600", 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := true
			b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
				if first {
					first = false
					w.Header().Set("Retry-After", tt.header)
					w.WriteHeader(http.StatusTooManyRequests)
				}
			}, nil)
			_, _, err := b.Fetch(b.request(t, http.MethodGet, "/", nil))
			require.NoError(t, err)
			require.Equal(t, tt.calls, b.calls.Load())
			if tt.slept > 0 {
				require.Equal(t, []time.Duration{tt.slept}, b.slept)
			}
		})
	}
}

func TestBreakerLeavesABrokenServiceAlone(t *testing.T) {
	t.Parallel()
	var healthy atomic.Bool
	b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		if !healthy.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}, nil)
	call := func() error {
		_, _, err := b.Fetch(b.request(t, http.MethodPost, "/", nil))
		return err
	}
	for range outbound.FailuresMax {
		require.NoError(t, call())
	}
	err := call()
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	wait, open := outbound.Wait(err)
	require.True(t, open)
	require.Equal(t, outbound.OpenFor, wait)
	require.Equal(t, int64(outbound.FailuresMax), b.calls.Load(), "the service is not called")

	b.clock.Advance(outbound.OpenFor)
	require.NoError(t, call(), "one call is let through")
	_, open = outbound.Wait(call())
	require.True(t, open, "it failed, so the breaker opens anew")

	b.clock.Advance(outbound.OpenFor)
	healthy.Store(true)
	for range 3 {
		require.NoError(t, call(), "it succeeded, so the breaker is closed")
	}
}

func TestHalfOpenBreakerLetsOneCallThrough(t *testing.T) {
	t.Parallel()
	release, entered := make(chan struct{}), make(chan struct{})
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			entered <- struct{}{}
			<-release
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	}, func(o *outbound.Options) { o.FailuresMax = 1 })
	_, _, err := b.Fetch(b.request(t, http.MethodPost, "/", nil))
	require.NoError(t, err)
	b.clock.Advance(outbound.OpenFor)

	slow := b.request(t, http.MethodPost, "/slow", nil)
	done := make(chan error, 1)
	go func() {
		_, _, err := b.Fetch(slow)
		done <- err
	}()
	<-entered
	_, _, err = b.Fetch(b.request(t, http.MethodPost, "/", nil))
	_, open := outbound.Wait(err)
	require.True(t, open, "the second call does not join the trial")
	close(release)
	require.NoError(t, <-done)
}

func TestCallersWhoLeaveAreNotTheServicesFault(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(o *outbound.Options) { o.FailuresMax = 1 })
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := b.Fetch(b.request(t, http.MethodGet, "/", nil).WithContext(ctx))
		require.ErrorIs(t, err, context.Canceled)
		_, open := outbound.Wait(err)
		require.False(t, open)
	}
}

func TestTimeLimitCoversTheAnswer(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	b := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "begun")
		_ = http.NewResponseController(w).Flush()
		<-stuck
	}, func(o *outbound.Options) { o.Timeout = 50 * time.Millisecond })
	defer close(stuck)
	_, _, err := b.Fetch(b.request(t, http.MethodPost, "/", nil))
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnswerSizeIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Query().Get("size"))
		_, _ = w.Write(bytes.Repeat([]byte("x"), size))
	}, func(o *outbound.Options) { o.AnswerBytesMax = 1000 })
	_, answer, err := b.Fetch(b.request(t, http.MethodGet, "/?size=1000", nil))
	require.NoError(t, err)
	require.Len(t, answer, 1000)
	for _, size := range []string{"1001", "100000"} {
		_, _, err = b.Fetch(b.request(t, http.MethodGet, "/?size="+size, nil))
		var e *prolong.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "error.service_answer_too_large", e.Key)
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	b := setup(t, failing(), func(o *outbound.Options) { o.Burst, o.Every = 2, time.Second })
	for range 4 {
		_, _, err := b.Fetch(b.request(t, http.MethodPost, "/", nil))
		require.NoError(t, err)
	}
	require.Equal(t, []time.Duration{time.Second, time.Second}, b.slept)
}

func TestRedirectsAreAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://evil.test/", http.StatusFound)
	}, nil)
	status, _, err := b.Fetch(b.request(t, http.MethodGet, "/", nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusFound, status)
}

func TestSecretsStayOutOfLogAndErrors(t *testing.T) {
	t.Parallel()
	b := setup(t, failing(0), nil)
	req := b.request(t, http.MethodPost, "/bot-s3cr3t/send?token=s3cr3t", strings.NewReader("s3cr3t"))
	req.Header.Set("Authorization", "Bearer s3cr3t")
	_, err := b.Do(req) //nolint:bodyclose // the call fails
	require.Error(t, err)
	require.NotContains(t, err.Error(), "s3cr3t")
	require.NotContains(t, b.log.String(), "s3cr3t")
	require.Contains(t, b.log.String(), `service="Пример Банк"`)
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "error.service_unavailable", e.Key)
}

func TestPathIsLoggedWhereItIsHarmless(t *testing.T) {
	t.Parallel()
	b := setup(t, failing(), func(o *outbound.Options) { o.LogPath = true })
	_, _, err := b.Fetch(b.request(t, http.MethodGet, "/statements?token=s3cr3t", nil))
	require.NoError(t, err)
	require.Contains(t, b.log.String(), "path=/statements")
	require.NotContains(t, b.log.String(), "s3cr3t")
}

func TestPublicOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, failing(), func(o *outbound.Options) { o.PublicOnly = true })
	_, err := b.Do(b.request(t, http.MethodGet, "/", nil)) //nolint:bodyclose // the call is refused
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "error.address_not_public", e.Key)
	require.Equal(t, prolong.CodeInvalid, e.Code)
	require.Zero(t, b.calls.Load())
	require.Empty(t, b.slept, "a refusal of ours is not repeated")
}

func TestOpenErrorSpeaks(t *testing.T) {
	t.Parallel()
	require.Contains(t, (&outbound.OpenError{Service: "Пример Банк", Wait: 90 * time.Second}).Error(), "1m30s")
	_, open := outbound.Wait(errors.New("other"))
	require.False(t, open)
}
