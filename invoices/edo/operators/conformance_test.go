package operators_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/outbound"
	"prolong/invoices/edo"
	"prolong/invoices/edo/diadoc/diadocsim"
	"prolong/invoices/edo/operators"
	"prolong/invoices/edo/vchasno/vchasnosim"
)

// simulator is what both simulated operators can be told.
type simulator interface {
	http.Handler
	Fail(statuses ...int)
	LoseNext(n int)
	EndTokens()
	SignOwn()
	SignOther()
	Reject()
	Revoke()
}

// place is an operator with the simulator behind it.
type place struct {
	name     string
	sim      simulator
	operator edo.Operator
	sent     func() int
	clock    *prolong.ManualClock
}

func places(t *testing.T) []place {
	t.Helper()
	var list []place
	for _, name := range operators.Kinds() {
		p := place{name: name, clock: prolong.NewManualClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
		secrets := map[string]string{"ID": "client-1", "PASSWORD": "secret", "TOKEN": "token-1"}
		settings := map[string]string{}
		switch name {
		case "diadoc":
			sim := diadocsim.New(p.clock)
			p.sim, p.sent = sim, func() int { return len(sim.Documents()) }
			settings = map[string]string{"client_id": "${ID}", "login": "buh@example.test", "password": "${PASSWORD}"}
		case "vchasno":
			sim := vchasnosim.New()
			p.sim, p.sent = sim, func() int { return len(sim.Documents()) }
			settings = map[string]string{"token": "${TOKEN}"}
		}
		server := httptest.NewServer(p.sim)
		t.Cleanup(server.Close)
		settings["url"] = server.URL
		var err error
		p.operator, err = operators.Open(name, settings, edo.Config{
			Clock: p.clock, Secrets: outbound.Secrets{LookupEnv: func(key string) (string, bool) { v, ok := secrets[key]; return v, ok }},
			Sleep: func(context.Context, time.Duration) error { return nil },
		})
		require.NoError(t, err)
		list = append(list, p)
	}
	return list
}

func outgoing(t *testing.T, p place) edo.Outgoing {
	t.Helper()
	d := edo.Outgoing{
		Operation: "8c703486-75df-56f8-8f0a-959b09f807a9", Title: "Акт № 260045127", Number: "260045127", Date: prolong.MustDate("2026-12-31"), Total: prolong.NewMoney(1490000, prolong.RUB),
		Seller: edo.Party{TaxID: "7701001238", KPP: "770101001"}, Buyer: edo.Party{TaxID: "7702001230", KPP: "770201001", Email: "buh@example.test"},
		Function: "ДОП", FileName: "act.xml", Body: []byte("<xml/>"),
	}
	var err error
	d.From, err = p.operator.Participant(t.Context(), d.Seller)
	require.NoError(t, err)
	d.To, err = p.operator.Participant(t.Context(), d.Buyer)
	require.NoError(t, err)
	return d
}

// every runs a test against each operator.
func every(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	for _, p := range places(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			test(t, p)
		})
	}
}

func TestDocumentGoesFromDraftToSignedCopy(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, p place) {
		t.Helper()
		id, err := p.operator.Send(t.Context(), outgoing(t, p))
		require.NoError(t, err)
		state := func() edo.State {
			s, err := p.operator.Status(t.Context(), id)
			require.NoError(t, err)
			return s.State
		}
		require.Equal(t, edo.Draft, state(), "nothing is signed by us")
		p.sim.SignOwn()
		require.Equal(t, edo.Sent, state())
		p.sim.SignOther()
		require.Equal(t, edo.Signed, state())
		copied, err := p.operator.Signed(t.Context(), id)
		require.NoError(t, err)
		require.NotEmpty(t, copied.Body)
		require.NotEmpty(t, copied.Name)
	})
}

func TestRejectedAndRevokedAreTold(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, p place) {
		t.Helper()
		id, err := p.operator.Send(t.Context(), outgoing(t, p))
		require.NoError(t, err)
		p.sim.SignOwn()
		p.sim.Reject()
		s, err := p.operator.Status(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, edo.Rejected, s.State)
		require.NotEmpty(t, s.Detail)
		p.sim.Revoke()
		s, err = p.operator.Status(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, edo.Revoked, s.State)
	})
}

// A lost answer does not mean that nothing happened.
func TestSendingTwiceIsSendingOnce(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, p place) {
		t.Helper()
		d := outgoing(t, p)
		p.sim.LoseNext(1)
		_, err := p.operator.Send(t.Context(), d)
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
		require.Equal(t, 1, p.sent())
		first, err := p.operator.Send(t.Context(), d)
		require.NoError(t, err)
		again, err := p.operator.Send(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.Equal(t, 1, p.sent())
	})
}

func TestFaultsSayWhatToDo(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, p place) {
		t.Helper()
		d := outgoing(t, p)
		for status, code := range map[int]prolong.Code{
			http.StatusTooManyRequests: prolong.CodeUnavailable, http.StatusInternalServerError: prolong.CodeUnavailable, http.StatusPaymentRequired: prolong.CodeForbidden,
			http.StatusForbidden: prolong.CodeForbidden, http.StatusBadRequest: prolong.CodeInvalid,
		} {
			// A search or read is tried three times by itself, a post once.
			p.sim.Fail(status, status, status)
			_, err := p.operator.Send(t.Context(), d)
			require.Equal(t, code, prolong.CodeOf(err), "%d", status)
			if wait, ok := edo.Later(err); status == http.StatusTooManyRequests {
				require.True(t, ok)
				require.Equal(t, 90*time.Second, wait, "as long as it asked for")
			}
			for { // what is left of the faults
				if _, err := p.operator.Status(t.Context(), "none/none"); prolong.CodeOf(err) == prolong.CodeNotFound {
					break
				}
			}
		}
		_, err := p.operator.Send(t.Context(), d)
		require.NoError(t, err)
	})
}

func TestRefusedAccessIsNamed(t *testing.T) {
	t.Parallel()
	every(t, func(t *testing.T, p place) {
		t.Helper()
		d := outgoing(t, p)
		p.sim.EndTokens()
		_, err := p.operator.Send(t.Context(), d)
		if p.name == "diadoc" {
			require.NoError(t, err, "a token that has ended is renewed")
			sim, ok := p.sim.(*diadocsim.Server)
			require.True(t, ok)
			require.Equal(t, 2, sim.Logins())
			sim.Password = "changed"
			sim.EndTokens()
			_, err = p.operator.Send(t.Context(), d)
		}
		require.Equal(t, prolong.CodeUnauthorized, prolong.CodeOf(err))
	})
}

func TestSlowOperatorIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, p := range places(t) {
		sim, ok := p.sim.(*diadocsim.Server)
		if !ok {
			continue
		}
		sim.SlowPosts, sim.SlowPrints = 1, 1
		d := outgoing(t, p)
		_, err := p.operator.Send(t.Context(), d)
		wait, ok := edo.Later(err)
		require.True(t, ok)
		require.Equal(t, 2*time.Second, wait)
		id, err := p.operator.Send(t.Context(), d)
		require.NoError(t, err)
		sim.SignOwn()
		sim.SignOther()
		_, err = p.operator.Signed(t.Context(), id)
		_, ok = edo.Later(err)
		require.True(t, ok, "the print form is being drawn")
		_, err = p.operator.Signed(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, "UniversalTransferDocument", sim.Documents()[0].TypeNamedID)
		require.Equal(t, "utd970_05_03_01", sim.Documents()[0].Version)
		_, err = p.operator.Participant(t.Context(), edo.Party{TaxID: "7713699602", KPP: "771301001"})
		require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err), "a company without electronic exchange")
	}
}

func TestSettingsAreCheckedWithoutSecrets(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]map[string]string{
		"missing":  {"token": ""},
		"bare":     {"token": "the-key-itself"},
		"unknown":  {"token": "${T}", "tokens": "x"},
		"insecure": {"token": "${T}", "url": "http://edo.example.test"},
	} {
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(operators.Check("vchasno", values)), name)
	}
	require.NoError(t, operators.Check("vchasno", map[string]string{"token": "file:token.txt"}))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(operators.Check("sbis", nil)))
	_, err := operators.Open("vchasno", map[string]string{"token": "${NONE}"}, edo.Config{})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}

// FuzzAnswers gives the adapters any answer: they never panic and never take a document for sent
// that has no id.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"documents":[{"id":"x","status":7008}]}`), 200)
	f.Add([]byte(`{"MessageId":"m","Entities":[{"EntityType":"Attachment","EntityId":"e"}]}`), 200)
	f.Add([]byte(`[`), 204)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 200 || status > 599 {
			return
		}
		transport := answering{body, status}
		for _, name := range operators.Kinds() {
			o, err := operators.Open(name, map[string]map[string]string{
				"diadoc": {"client_id": "${X}", "login": "l", "password": "${X}"}, "vchasno": {"token": "${X}"},
			}[name], edo.Config{Secrets: outbound.Secrets{LookupEnv: func(string) (string, bool) { return "x", true }}, Transport: transport, Sleep: func(context.Context, time.Duration) error { return nil }})
			require.NoError(t, err)
			if id, err := o.Send(t.Context(), edo.Outgoing{Number: "1", Date: prolong.MustDate("2026-01-01"), Total: prolong.NewMoney(1, prolong.UAH), FileName: "a.pdf"}); err == nil {
				require.NotEmpty(t, id)
			}
			_, _ = o.Status(t.Context(), "a/b")
			_, _ = o.Signed(t.Context(), "a/b")
			_, _ = o.Participant(t.Context(), edo.Party{TaxID: "1"})
		}
	})
}

type answering struct {
	body   []byte
	status int
}

// RoundTrip answers every request alike.
func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	rec.Code = a.status
	_, _ = rec.Body.Write(a.body) // a buffer
	res := rec.Result()
	res.Request = r
	return res, nil
}
