package invoices_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/outbound"
	"prolong/invoices"
	"prolong/invoices/edo"
	"prolong/invoices/edo/diadoc/diadocsim"
	"prolong/invoices/edo/operators"
	"prolong/invoices/upd"
)

// connected is a closed house whose seller has Диадок.
func connected(t *testing.T, automatic bool) (*house, *diadocsim.Server) {
	t.Helper()
	h := closed(t)
	sim := diadocsim.New(h.clock)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	require.NoError(t, h.invoices.DeclareExchange(t.Context(), []invoices.ExchangeSpec{{Seller: "main", Exchange: invoices.Exchange{EDO: invoices.EDOSettings{
		Operator: "diadoc", Automatic: automatic, Values: map[string]string{"client_id": "${ID}", "login": "buh@example.test", "password": "${PASSWORD}", "url": server.URL},
	}}}}))
	h.invoices.ConnectEDO(func(operator string, values map[string]string) (edo.Operator, error) {
		return operators.Open(operator, values, edo.Config{Clock: h.clock, Sleep: func(context.Context, time.Duration) error { return nil },
			Secrets: outbound.Secrets{LookupEnv: func(key string) (string, bool) {
				v, ok := map[string]string{"ID": "client-1", "PASSWORD": "secret"}[key]
				return v, ok
			}}})
	})
	return h, sim
}

func (h *house) dispatch(t *testing.T, id invoices.DocumentID) invoices.Dispatch {
	t.Helper()
	list, err := h.invoices.DispatchesOf(t.Context(), []invoices.DocumentID{id})
	require.NoError(t, err)
	return list[id]
}

func (h *house) sweepEDO(t *testing.T, later time.Duration) invoices.EDOSwept {
	t.Helper()
	h.clock.Advance(later)
	done, err := h.invoices.SweepEDO(t.Context())
	require.NoError(t, err)
	return done
}

func TestDocumentGoesThroughTheOperator(t *testing.T) {
	t.Parallel()
	h, sim := connected(t, false)
	id := h.document(t, 0)
	require.NoError(t, h.invoices.SendEDO(t.Context(), id))
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(h.invoices.SendEDO(t.Context(), id)), "once is enough")
	require.Equal(t, invoices.DispatchQueued, h.dispatch(t, id).State)

	// The operator is busy, then loses his answer, then takes it: one draft all the same.
	sim.Fail(http.StatusTooManyRequests)
	require.Equal(t, 1, h.sweepEDO(t, 0).Later)
	require.Zero(t, h.sweepEDO(t, 30*time.Second).Later, "he asked for 90 seconds")
	sim.LoseNext(1)
	require.Equal(t, 1, h.sweepEDO(t, 90*time.Second).Later)
	h.sweepEDO(t, time.Hour)
	require.Equal(t, invoices.DispatchDraft, h.dispatch(t, id).State)
	require.Len(t, sim.Documents(), 1)
	sent := sim.Documents()[0]
	require.Equal(t, "ДОП", sent.Function)
	require.Contains(t, string(sent.Content), "2BM-7702001230-770201001-000000000000000000002_2BM-7701001238", "the file names the participants")
	require.Empty(t, upd.Check(fileNameOf(string(sent.Content)), sent.Content))

	sim.SignOwn()
	sim.EndTokens()
	h.sweepEDO(t, time.Hour)
	require.Equal(t, invoices.DispatchSent, h.dispatch(t, id).State)
	sim.SlowPrints = 1
	sim.SignOther()
	require.Equal(t, 1, h.sweepEDO(t, time.Hour).Later, "the signed copy is being drawn")
	_, err := h.invoices.SignedCopy(t.Context(), 0, id)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	h.sweepEDO(t, time.Hour)
	d := h.dispatch(t, id)
	require.Equal(t, invoices.DispatchSigned, d.State)
	require.True(t, d.HasCopy)
	require.Equal(t, "Подписан контрагентом", d.Detail)
	copied, err := h.invoices.SignedCopy(t.Context(), 0, id)
	require.NoError(t, err)
	require.Contains(t, string(copied.Body), "%PDF")
	_, err = h.invoices.SignedCopy(t.Context(), 999_999, id)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	require.Zero(t, h.sweepEDO(t, 48*time.Hour), "done is done")
}

func fileNameOf(body string) string {
	const mark = `="ON_NSCHFDOPPR`
	for i := range len(body) - len(mark) {
		if body[i:i+len(mark)] == mark {
			rest := body[i+2:]
			for j := range rest {
				if rest[j] == '"' {
					return rest[:j] + ".xml"
				}
			}
		}
	}
	return ""
}

// A corrected issue (исправление) follows the one that the client has from the operator, names it
// there, and shows a fate of its own; one that still waits does not leave any more.
func TestCorrectedDocumentFollowsThroughTheOperator(t *testing.T) {
	t.Parallel()
	h, sim := connected(t, false)
	sent, waiting := h.document(t, 0), h.document(t, 1)
	require.NoError(t, h.invoices.SendEDO(t.Context(), sent))
	h.sweepEDO(t, 0)
	sim.SignOwn()
	h.sweepEDO(t, time.Hour)
	require.Equal(t, invoices.DispatchSent, h.dispatch(t, sent).State)
	require.NoError(t, h.invoices.SendEDO(t.Context(), waiting))

	correct := func(h *house, id invoices.DocumentID) invoices.DocumentID {
		corrected, err := h.invoices.Correct(t.Context(), tester, id, "Сменился адрес")
		require.NoError(t, err)
		return corrected
	}
	after, instead := correct(h, sent), correct(h, waiting)
	require.Equal(t, invoices.DispatchQueued, h.dispatch(t, after).State)
	require.Equal(t, invoices.DispatchQueued, h.dispatch(t, instead).State)
	h.sweepEDO(t, time.Hour)

	require.Equal(t, invoices.DispatchDraft, h.dispatch(t, after).State)
	require.Equal(t, invoices.DispatchDraft, h.dispatch(t, instead).State)
	require.Equal(t, invoices.DispatchSent, h.dispatch(t, sent).State, "the first issue keeps its own fate")
	require.Equal(t, invoices.DispatchFailed, h.dispatch(t, waiting).State)
	require.Equal(t, "corrected", h.dispatch(t, waiting).Detail)
	documents := sim.Documents()
	require.Len(t, documents, 3)
	initial := 0
	for _, d := range documents[1:] {
		require.Empty(t, upd.Check(fileNameOf(string(d.Content)), d.Content))
		require.Contains(t, string(d.Content), "\xc8\xf1\xef\xf0\xc4\xee\xea", "ИспрДок")
		initial += len(d.Initial)
	}
	require.Equal(t, 1, initial, "only the issue that had left can be named")

	other, _ := connected(t, false)
	never := correct(other, other.document(t, 0))
	require.Empty(t, other.dispatch(t, never).State, "what never went to the operator is not sent by a correction")
}

func TestRejectedDocumentIsSentAnew(t *testing.T) {
	t.Parallel()
	h, sim := connected(t, false)
	id := h.document(t, 0)
	require.NoError(t, h.invoices.SendEDO(t.Context(), id))
	h.sweepEDO(t, 0)
	sim.SignOwn()
	sim.Reject()
	h.sweepEDO(t, time.Hour)
	require.Equal(t, invoices.DispatchRejected, h.dispatch(t, id).State)
	require.NoError(t, h.invoices.SendEDO(t.Context(), id), "a refusal makes room for the next try")
	h.sweepEDO(t, time.Hour)
	require.Len(t, sim.Documents(), 2)
}

func TestDocumentsAreSentByThemselvesOnce(t *testing.T) {
	t.Parallel()
	h, sim := connected(t, true)
	_, err := h.db.Pool.Exec(t.Context(), `UPDATE documents SET snapshot = jsonb_set(snapshot, '{buyer,kpp}', '""') WHERE id = (SELECT min(id) FROM documents)`)
	require.NoError(t, err)
	done := h.sweepEDO(t, 0)
	require.Equal(t, 1, done.Queued)
	require.Equal(t, 1, done.Failed, "a document that lacks a requisite is named, and does not hold up the other")
	require.Len(t, sim.Documents(), 1)
	require.Zero(t, h.sweepEDO(t, time.Minute).Queued)
	require.Len(t, sim.Documents(), 1)
	require.Equal(t, "buyer.kpp", h.dispatch(t, h.document(t, 1)).Detail)
}

func TestWithoutOperatorOrPartnerNothingIsSent(t *testing.T) {
	t.Parallel()
	plain := closed(t)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(plain.invoices.SendEDO(t.Context(), plain.document(t, 0))))
	h, sim := connected(t, false)
	sim.Companies = map[string]string{"7701001238/770101001": "2BM-1"}
	id := h.document(t, 0)
	require.NoError(t, h.invoices.SendEDO(t.Context(), id))
	require.Equal(t, 1, h.sweepEDO(t, 0).Failed)
	require.Equal(t, invoices.DispatchFailed, h.dispatch(t, id).State, "the buyer takes no electronic documents: people decide")
	require.Empty(t, sim.Documents())
}
