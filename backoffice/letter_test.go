package backoffice_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/notify"
)

func TestALetterThatCameBackIsRepaired(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.clients(t, 1)
	letters, err := o.Notify.FindMessages(t.Context(), notify.MessageFilter{Purpose: notify.PurposeInvoiceIssued})
	require.NoError(t, err)
	id := letters[0].ID
	path := "/office/letters/" + strconv.FormatInt(id, 10)
	require.NoError(t, o.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.Pgx.Exec(ctx, `UPDATE messages SET state = 'sent', sent_at = queued_at WHERE id = $1`, id); err != nil {
			return err
		}
		return o.Notify.NoteReturned(ctx, tx, letters[0].MessageID, letters[0].Recipient.Email, "550 5.1.1 нет такого ящика", true)
	}))
	shows(t, o.get(t, identity.RoleSupport, path), "вернулось", "550 5.1.1 нет такого ящика", "Узнайте у клиента верный адрес", "Адрес исправен", "встроенный")
	shows(t, o.get(t, identity.RoleSupport, "/office/letters?state=returned"), "550 5.1.1 нет такого ящика")
	client := "/office/clients/" + strconv.FormatInt(int64(letters[0].AccountID), 10)
	shows(t, o.get(t, identity.RoleSupport, client), "возвращаются: 550 5.1.1")

	html := o.get(t, identity.RoleSupport, path+"/html")
	require.Equal(t, http.StatusOK, html.Code)
	require.Contains(t, html.Header().Get("Content-Security-Policy"), "sandbox")
	require.Contains(t, html.Body.String(), "<table")

	wrong := o.post(t, identity.RoleSupport, path+"/again", url.Values{"email": {"nonsense"}})
	require.Equal(t, path, wrong.Header().Get("Location"))
	copied := o.post(t, identity.RoleSupport, path+"/again", url.Values{"email": {"right@example.test"}}).Header().Get("Location")
	require.NotEqual(t, path, copied)
	shows(t, o.get(t, identity.RoleSupport, copied), "right@example.test", "ждёт отправки", "Счёт, PDF")
	require.Equal(t, path, o.post(t, identity.RoleSupport, path+"/allow", url.Values{}).Header().Get("Location"))
	require.NotContains(t, o.get(t, identity.RoleSupport, client).Body.String(), "возвращаются")
}

func TestAnAdministratorWordsALetter(t *testing.T) {
	t.Parallel()
	o := open(t)
	const path = "/office/letter-settings/wording/payment.received/ru"
	shows(t, o.get(t, identity.RoleAdministrator, "/office/letter-settings"), "Платёж получен", "Українська", "встроенный", "Europe/Moscow")
	shows(t, o.get(t, identity.RoleAdministrator, path), "{{.Money .P.Amount}}", "15\u00a0000,00\u00a0₽", "Действует встроенный текст")
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleAdministrator, "/office/letter-settings/wording/nothing/ru").Code)
	form := func(what, lead string) url.Values {
		return url.Values{"what": {what}, "version": {"0"}, "subject": {"Спасибо за {{.Sum .P.Amount}}"}, "preview": {"Спасибо"}, "title": {"Спасибо"}, "lead": {lead}, "note": {"Документы придут"}, "action": {"Открыть"}, "to": {"admin@example.test"}}
	}
	wrong := o.post(t, identity.RoleAdministrator, path, form("save", "раз\nдва {{.P.Summa}}"))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	shows(t, wrong, "Текст, строка 2: подстановки .P.Summa в этом письме нет", "два {{.P.Summa}}", "field-wrong")
	look := o.post(t, identity.RoleAdministrator, path, form("look", "Спасибо, {{.P.AccountName}}!"))
	shows(t, look, "Спасибо за 15", "Спасибо, ООО «Пример Кафе»!")
	html := o.post(t, identity.RoleAdministrator, path, form("html", "Спасибо, {{.P.AccountName}}!"))
	require.True(t, strings.HasPrefix(html.Body.String(), "<!DOCTYPE html>"))
	require.NotContains(t, html.Body.String(), "sidebar")
	shows(t, o.post(t, identity.RoleAdministrator, path, form("test", "Проба")), "Пробное письмо отправлено")

	require.Equal(t, path, o.post(t, identity.RoleAdministrator, path, form("save", "Спасибо!")).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleAdministrator, path), "Действует ваш текст, версия 1", "Вернуть встроенный")
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleAdministrator, path, form("save", "Поздно")).Code)
	back := form("revert", "x")
	back.Set("version", "1")
	require.Equal(t, path, o.post(t, identity.RoleAdministrator, path, back).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleAdministrator, path), "Действует встроенный текст", "версия 2: снова встроенный")
}

func TestHoursOfLettersAreSet(t *testing.T) {
	t.Parallel()
	o := open(t)
	hours := func() map[string]string {
		all, err := o.Notify.FindHours(t.Context())
		require.NoError(t, err)
		found := map[string]string{}
		for id, h := range all {
			found[strconv.FormatInt(int64(id), 10)] = strconv.Itoa(h.OpensMinute) + "-" + strconv.Itoa(h.ClosesMinute)
		}
		return found
	}
	catalog, err := o.Billing.Catalog(t.Context())
	require.NoError(t, err)
	var seller string
	for id := range catalog.Sellers {
		seller = strconv.FormatInt(int64(id), 10)
	}
	path := "/office/letter-settings/hours/" + seller
	for _, bad := range []url.Values{{"opens": {"9:00"}, "closes": {"8:00"}, "day0": {"1"}}, {"opens": {"nine"}, "closes": {"18:00"}, "day0": {"1"}}, {"opens": {"9:00"}, "closes": {"18:00"}}} {
		rec := o.post(t, identity.RoleAdministrator, path, bad)
		require.Equal(t, http.StatusUnprocessableEntity, rec.Code)
		shows(t, rec, "начало раньше конца")
	}
	require.Equal(t, "/office/letter-settings", o.post(t, identity.RoleAdministrator, path, url.Values{"opens": {"8:30"}, "closes": {"24:00"}, "day0": {"1"}, "day6": {"1"}}).Header().Get("Location"))
	require.Equal(t, map[string]string{seller: "510-1440"}, hours())
	shows(t, o.get(t, identity.RoleAdministrator, "/office/letter-settings"), `value="08:30"`, `value="24:00"`)
	o.post(t, identity.RoleAdministrator, path, url.Values{"always": {"1"}})
	require.Empty(t, hours())
}
