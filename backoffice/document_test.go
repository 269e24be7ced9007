package backoffice_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/invoices"
)

func TestADocumentIsCorrectedAndCancelledFromItsPage(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 1)
	o.bank(t, prolong.MustDate("2026-03-02"), exact(0, list[0]))
	o.clock.Advance(26 * time.Hour)
	_, err := o.Invoices.CloseDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	documents, err := o.Invoices.FindDocuments(t.Context(), invoices.DocumentFilter{})
	require.NoError(t, err)
	path := "/office/documents/" + strconv.FormatInt(int64(documents[0].ID), 10)
	shows(t, o.get(t, identity.RoleAccountant, path), documents[0].Number, "ООО «Пример 0»", "Составить исправление", "c0@example.test")
	hides(t, o.get(t, identity.RoleSupport, path), "Составить исправление")
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, path, url.Values{"what": {"correct"}, "reason": {" "}}).Code)
	corrected := o.post(t, identity.RoleAccountant, path, url.Values{"what": {"correct"}, "reason": {"Неверный КПП"}}).Header().Get("Location")
	require.NotEqual(t, path, corrected)
	shows(t, o.get(t, identity.RoleAccountant, path), "исправлен")
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleAccountant, path, url.Values{"what": {"cancel"}, "reason": {"поздно"}}).Code)
	require.Equal(t, corrected, o.post(t, identity.RoleAccountant, corrected, url.Values{"what": {"again"}, "reason": {"Ошибка"}}).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleAccountant, corrected), "аннулирован")
	shows(t, o.get(t, identity.RoleAccountant, "/office/documents/series"), "Акт", "без пропусков")
	_, err = o.db.Pool.Exec(t.Context(), `UPDATE document_counters SET last = last + 1 WHERE kind = 'act'`)
	require.NoError(t, err)
	shows(t, o.get(t, identity.RoleAccountant, "/office/documents/series"), "1 пропуск", "нет номеров 2")
}
