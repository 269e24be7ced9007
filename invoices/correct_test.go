package invoices_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/render"
)

// closedDocument returns the newest closing document that stands.
func (h *house) closedDocument(t testing.TB) (id invoices.DocumentID) {
	t.Helper()
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id FROM documents WHERE status = 'issued' AND kind IN ('act', 'upd') ORDER BY id DESC LIMIT 1`).Scan((*int64)(&id)))
	return id
}

func closedHouse(t *testing.T, closing billing.ClosingDocument) *house {
	t.Helper()
	h := newHouse(t)
	h.taxSeller(t, closing, "")
	h.accounts(t, 1, "2026-03-31", "2000.00")
	_, err := h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, "318", 2000_00)
	h.clock.Advance(24 * time.Hour)
	_, err = h.invoices.CloseDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	return h
}

// A corrected issue keeps number, date and sums and names itself (line 1а); what was issued is
// never edited, and its number is not used twice (ПП РФ № 1137).
func TestACorrectionIsAnIssueOfItsOwn(t *testing.T) {
	t.Parallel()
	h := closedHouse(t, billing.ClosingUPD)
	actor := prolong.Actor{Kind: prolong.ActorStaff, ID: 1, Name: "a@example.test"}
	first := h.closedDocument(t)
	_, err := h.invoices.Correct(t.Context(), actor, first, " ")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = h.invoices.Correct(t.Context(), actor, 999, "КПП")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	h.exec(t, `UPDATE accounts SET kpp = '770201001', address = 'Москва'`)
	second, err := h.invoices.Correct(t.Context(), actor, first, "неверный КПП")
	require.NoError(t, err)
	_, err = h.invoices.Correct(t.Context(), actor, first, "ещё раз")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "only what is in force")
	_, err = h.invoices.Correct(t.Context(), actor, second, "адрес")
	require.NoError(t, err)
	papers := h.papers(t, "kind = 'upd'")
	require.Len(t, papers, 3)
	require.Empty(t, papers[0].Buyer.KPP, "the first issue stays")
	require.Equal(t, "770201001", papers[1].Buyer.KPP)
	require.Equal(t, render.Reference{Number: "2", Date: prolong.MustDate("2026-03-02")}, papers[2].Correction)
	for _, p := range papers[1:] {
		require.Equal(t, papers[0].Number, p.Number)
		require.Equal(t, papers[0].Date, p.Date)
		require.Equal(t, papers[0].Totals, p.Totals)
	}
	require.Equal(t, 3, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'document.ready'`))
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'document.correct'`))
	h.sound(t)
}

// A cancelled document leaves a storno; drawn up again it has a new number, and the ledger holds
// the revenue once.
func TestACancelledDocumentLeavesAStorno(t *testing.T) {
	t.Parallel()
	h := closedHouse(t, billing.ClosingActSF)
	actor := prolong.Actor{Kind: prolong.ActorStaff, ID: 1, Name: "a@example.test"}
	corrected, err := h.invoices.Correct(t.Context(), actor, h.closedDocument(t), "адрес")
	require.NoError(t, err)
	done, err := h.invoices.CancelDocument(t.Context(), actor, corrected, "ошибочный", true)
	require.NoError(t, err)
	require.Len(t, done.Cancelled, 2, "with its счёт-фактура")
	_, err = h.invoices.CancelDocument(t.Context(), actor, corrected, "ещё раз", true)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err))
	require.Len(t, h.papers(t, "kind = 'storno'"), 2)
	h.sound(t)
	_, err = h.invoices.CloseDue(t.Context(), actor, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM documents WHERE status = 'issued' AND kind IN ('act', 'sf')`))
	h.sound(t)
	_, err = h.invoices.CancelDocument(t.Context(), actor, h.closedDocument(t), "насовсем", false)
	require.NoError(t, err)
	closed, err := h.invoices.CloseDue(t.Context(), actor, prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, closed.Documents)
	h.sound(t)

	series, err := h.invoices.FindSeries(t.Context())
	require.NoError(t, err)
	require.Len(t, series, 3)
	for _, s := range series {
		require.Empty(t, s.Missing)
		require.Equal(t, s.Last, s.Issued)
	}
	h.exec(t, `UPDATE document_counters SET last = last + 2 WHERE kind = 'act'`)
	series, err = h.invoices.FindSeries(t.Context())
	require.NoError(t, err)
	require.Equal(t, invoices.DocumentAct, series[0].Kind)
	require.Equal(t, []int{3, 4}, series[0].Missing)
}
