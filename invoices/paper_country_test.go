package invoices_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/color"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/invoices/render"
)

// actOf issues an invoice, pays it by a payment order and returns its act as people read it.
func (h *house) actOf(t testing.TB, order string) (account billing.AccountID, text string) {
	t.Helper()
	_, err := h.invoices.IssueDue(t.Context(), tester, prolong.Date{})
	require.NoError(t, err)
	h.prepay(t, 0, order, 2000_00)
	h.clock.Advance(24 * time.Hour)
	_, err = h.invoices.CloseDue(t.Context(), tester, prolong.Date{})
	require.NoError(t, err)
	var id int64
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id, account_id FROM documents WHERE kind = 'act' ORDER BY id DESC LIMIT 1`).Scan(&id, (*int64)(&account)))
	_, _, body, err := h.invoices.Attachment(t.Context(), invoices.AttachDocument, id)
	require.NoError(t, err)
	require.Zero(t, ink(t, body, isRed), "no stamp on what supports an expense")
	return account, pdfText(t, body)
}

// A Ukrainian seller's policy of one-sided acts (law 4791-IX) from its declaration to what the client
// reads: his side is left out, with what it would say; the act of a seller without the policy has both.
func TestAUkrainianOneSidedActFromIssueToItsText(t *testing.T) {
	t.Parallel()
	for _, oneSided := range []bool{true, false} {
		h := newHouse(t)
		h.accounts(t, 1, "2026-03-31", "2000.00")
		h.exec(t, `UPDATE sellers SET country = 'UA', vat_regime = 'none'`)
		h.exec(t, `UPDATE accounts SET country = 'UA'`)
		h.paperSeller(t, billing.Papers{AcceptanceDays: 5, OneSided: oneSided}, color.NRGBA{R: 200, A: 255})
		_, text := h.actOf(t, "318")
		require.Contains(t, text, "Акт надання послуг № 26")
		require.Contains(t, text, "Послуги вважаються прийнятими, якщо протягом 5 робочих днів")
		require.Contains(t, text, "Від Виконавця")
		for _, of := range []string{"Від Замовника", "ЗАТВЕРДЖУЮ", "претензій", "а Замовником прийнято"} {
			if oneSided {
				require.NotContains(t, text, of)
			} else {
				require.Contains(t, text, of)
			}
		}
		require.Equal(t, oneSided, h.papers(t, "kind = 'act'")[0].OneSided)

		// The policy of another day does not reach a paper that is out.
		h.paperSeller(t, billing.Papers{OneSided: !oneSided}, color.NRGBA{R: 200, A: 255})
		var id int64
		require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id FROM documents WHERE kind = 'act'`).Scan(&id))
		_, _, body, err := h.invoices.Attachment(t.Context(), invoices.AttachDocument, id)
		require.NoError(t, err)
		require.Equal(t, text, pdfText(t, body))
	}
}

// A Kazakh client's form Р-1 says when it counts as accepted, in both his languages, and so does his
// reconciliation, which names the payment order that he looks for in his books.
func TestAKazakhClientsPapersSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	h.exec(t, `UPDATE sellers SET country = 'KZ', vat_regime = 'none'`)
	h.exec(t, `UPDATE accounts SET language = 'kk', name = '«Мысал» жауапкершілігі шектеулі серіктестігі', legal_form = ''`)
	h.paperSeller(t, billing.Papers{AcceptanceDays: 7}, color.NRGBA{R: 200, A: 255})
	account, text := h.actOf(t, "318")
	require.Contains(t, text, "кейін 7 жұмыс күні ішінде дәлелді қарсылық жібермесе")
	require.Contains(t, text, "в течение 7 рабочих дней после получения акта")

	st, err := h.invoices.Statement(t.Context(), account, "", prolong.Period{From: prolong.MustDate("2026-03-01"), To: prolong.MustDate("2026-04-01")})
	require.NoError(t, err)
	var titles []string
	for _, r := range st.Rows {
		titles = append(titles, r.Title)
	}
	require.Contains(t, titles, "Төлем / Оплата (п/п № 318)")
	_, pdf, err := h.invoices.Reconciliation(st)
	require.NoError(t, err)
	text = pdfText(t, pdf)
	for _, want := range []string{"Өзара есеп айырысуларды салыстыру актісі", "Акт сверки взаимных расчётов", "«Мысал» ЖШС деректері бойынша", "От «Мысал» ЖШС"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "От «Мысал» жауапкершілігі")

	h.exec(t, `UPDATE accounts SET language = 'ru'`)
	st, err = h.invoices.Statement(t.Context(), account, "", st.Period)
	require.NoError(t, err)
	_, pdf, err = h.invoices.Reconciliation(st)
	require.NoError(t, err)
	require.NotContains(t, pdfText(t, pdf), "салыстыру")
}

// A paper that was issued under an earlier renderer is drawn by that one for ever, whoever asks for it
// and however; one of a renderer that this program does not have is not drawn at all.
func TestAPaperIsDrawnByTheRendererOfItsIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	account, _ := h.actOf(t, "318")
	var act, invoice int64
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT d.id, d.invoice_id FROM documents d WHERE kind = 'act'`).Scan(&act, &invoice))
	for _, paper := range []struct {
		kind, table string
		id          int64
	}{{invoices.AttachDocument, "documents", act}, {invoices.AttachInvoice, "invoices", invoice}} {
		bodies := map[string][]byte{}
		for _, version := range []string{"3", render.RendererVersion} {
			h.exec(t, `UPDATE `+paper.table+` SET renderer = '`+version+`'`)
			_, _, body, err := h.invoices.Attachment(t.Context(), paper.kind, paper.id)
			require.NoError(t, err)
			require.Contains(t, string(body), "/Producer")
			file, err := h.invoices.FileOf(t.Context(), account, paper.kind, paper.id)
			require.NoError(t, err)
			require.True(t, bytes.Equal(body, file.Body), "the cabinet and the letter have the same paper")
			bodies[version] = body
		}
		require.False(t, bytes.Equal(bodies["3"], bodies[render.RendererVersion]))
		h.exec(t, `UPDATE `+paper.table+` SET renderer = '99'`)
		_, err := h.invoices.FileOf(t.Context(), account, paper.kind, paper.id)
		codeOf(t, err, "error.document_renderer")
		_, err = h.invoices.FileOf(t.Context(), 0, paper.kind, paper.id)
		codeOf(t, err, "error.document_not_found")
	}
}

// The first drawing of a paper leaves its hash: one that comes out otherwise later, because its
// snapshot was edited or a library draws otherwise, is found by doctor and told to the log.
func TestAPaperThatComesOutOtherwiseIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	account, _ := h.actOf(t, "318")
	var act int64
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id FROM documents WHERE kind = 'act'`).Scan(&act))
	for range 3 { // the cabinet, the letter and another letter
		file, err := h.invoices.FileOf(t.Context(), account, invoices.AttachDocument, act)
		require.NoError(t, err)
		hash := sha256.Sum256(file.Body)
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM paper_hashes WHERE kind = 'document' AND differs_at IS NULL AND encode(sha256, 'hex') = '`+hex.EncodeToString(hash[:])+`'`))
	}
	h.sound(t)

	h.exec(t, `UPDATE documents SET snapshot = jsonb_set(snapshot, '{seller,director}', '"Подставной П. П."') WHERE kind = 'act'`)
	for range 2 {
		file, err := h.invoices.FileOf(t.Context(), account, invoices.AttachDocument, act)
		require.NoError(t, err, "whoever needs the paper gets it")
		require.Contains(t, pdfText(t, file.Body), "Подставной")
	}
	broken, err := postgres.Verify(t.Context(), h.db, invoices.Invariants())
	require.NoError(t, err)
	require.Len(t, broken, 1)
	require.Equal(t, "doctor.paper_is_the_same", broken[0].Key)
}
