package backoffice_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/notify"
)

// scenario is a request of a role with what its answer must and must not show.
type scenario struct {
	role   identity.Role // accountant if empty
	path   string
	status int // 200 if 0
	shows  []string
	hides  []string
	to     string // where it leads, of a redirect
}

func (o *office) walk(t *testing.T, scenarios map[string]scenario) {
	t.Helper()
	for name, s := range scenarios {
		if s.role == "" {
			s.role = identity.RoleAccountant
		}
		if s.status == 0 {
			s.status = http.StatusOK
		}
		rec := o.get(t, s.role, s.path)
		require.Equal(t, s.status, rec.Code, "%s: %s", name, text(rec.Body.String()))
		require.Equal(t, s.to, rec.Header().Get("Location"), name)
		shows(t, rec, s.shows...)
		hides(t, rec, s.hides...)
	}
}

func TestClientsAndTheirCards(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 3)
	o.bank(t, march2, exact(0, list[0]))
	o.clock.Advance(26 * time.Hour)
	_, err := o.Invoices.CloseDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	client := o.account(t, list[0].externalID)
	_, err = o.Identity.Invite(t.Context(), prolong.System("test"), client.ID, identity.Invitation{Email: "olga@example.test", Name: "Ольга Примерова", Phone: "+79161234567", Role: identity.MemberOwner, AccountName: "Пример"})
	require.NoError(t, err)
	card := "/office/clients/" + idOf(client.ID)
	documents, err := o.Invoices.FindDocuments(t.Context(), invoices.DocumentFilter{AccountID: client.ID})
	require.NoError(t, err)
	require.Len(t, documents, 1)
	pdf := "/office/documents/" + strconv.FormatInt(int64(documents[0].ID), 10) + "/pdf"

	o.walk(t, map[string]scenario{
		"list":       {path: "/office/clients", shows: []string{"ООО «Пример 0»", "ООО «Пример 2»", list[1].taxID, "активен"}},
		"words":      {path: "/office/clients?q=" + url.QueryEscape("ПРИМЕР c0002"), shows: []string{"c0002"}, hides: []string{"c0001"}},
		"suspended":  {path: "/office/clients?state=suspended", shows: []string{"Никто не нашёлся"}},
		"active":     {path: "/office/clients?state=active", shows: []string{"c0000", "c0001", "c0002"}},
		"nonsense":   {path: "/office/clients?state=x&before=y", shows: []string{"c0000"}},
		"card":       {path: card, role: identity.RoleSupport, shows: []string{"Оплачено по 20.04.2026 включительно.", list[0].number, "оплачен", "Ольга Примерова", "владелец", "Стандарт", "2\u00a0000,00\u00a0₽", "Акт " + documents[0].Number, pdf, "Платёж 2\u00a0000,00\u00a0₽", "Оплачено по 20.04.2026 (было по 20.03.2026)"}},
		"no card":    {path: "/office/clients/999", status: http.StatusNotFound},
		"invoices":   {path: "/office/invoices?client=" + idOf(client.ID), shows: []string{list[0].number}, hides: []string{list[1].number}},
		"open":       {path: "/office/invoices?status=open", shows: []string{list[1].number, list[2].number}, hides: []string{list[0].number}},
		"overdue":    {path: "/office/invoices?status=overdue", shows: []string{"Счетов нет"}},
		"documents":  {path: "/office/documents", shows: []string{documents[0].Number, "ООО «Пример 0»", "действует"}},
		"stornos":    {path: "/office/documents?kind=storno", shows: []string{"Документов нет"}},
		"letters":    {path: "/office/letters?client=" + idOf(client.ID), shows: []string{"Счёт на продление", "Платёж получен", "Закрывающий документ"}},
		"payments":   {path: "/office/payments?state=any&client=" + idOf(client.ID), shows: []string{list[0].number}},
		"no invoice": {path: "/office/invoices/999", status: http.StatusNotFound},
		"no PDF":     {path: "/office/documents/999/pdf", status: http.StatusNotFound},
	})

	paper := o.get(t, identity.RoleSupport, pdf)
	require.Equal(t, http.StatusOK, paper.Code)
	require.Equal(t, "application/pdf", paper.Header().Get("Content-Type"))
	require.True(t, strings.HasPrefix(paper.Body.String(), "%PDF"))
	found, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{Number: list[0].number})
	require.NoError(t, err)
	invoice := "/office/invoices/" + strconv.FormatInt(int64(found[0].ID), 10)
	shows(t, o.get(t, identity.RoleSupport, invoice), list[0].number, "оплачен", documents[0].Number, "Счёт на продление", "Платёж №")
	require.True(t, strings.HasPrefix(o.get(t, identity.RoleSupport, invoice+"/pdf").Body.String(), "%PDF"))
}

func TestSearchByAnything(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 3)
	o.bank(t, march2, exact(0, list[0]), stranger("8", "за столы", 123456))
	client := o.account(t, list[1].externalID)
	_, err := o.Identity.Invite(t.Context(), prolong.System("test"), client.ID, identity.Invitation{Email: "olga@example.test", Name: "Ольга Семёнова", Phone: "+79161234567", Role: identity.MemberOwner, AccountName: "Пример"})
	require.NoError(t, err)
	card := "/office/clients/" + idOf(client.ID)
	found, err := o.Invoices.FindInvoices(t.Context(), invoices.Filter{Number: list[1].number})
	require.NoError(t, err)
	search := func(q string) string { return "/office/search?q=" + url.QueryEscape(q) }
	o.walk(t, map[string]scenario{
		"nothing asked":   {path: "/office/search", shows: []string{"Ищите по всему"}},
		"part of a name":  {path: search("ример"), shows: []string{"c0000", "c0001", "c0002"}},
		"id":              {path: search("c0001"), status: http.StatusSeeOther, to: card},
		"payment code":    {path: search(string(client.PaymentCode)), status: http.StatusSeeOther, to: card},
		"tax id":          {path: search(list[0].taxID), shows: []string{"c0000", "Оплата по счету № " + list[0].number}, hides: []string{"c0001"}},
		"invoice number":  {path: search(list[1].number), status: http.StatusSeeOther, to: "/office/invoices/" + strconv.FormatInt(int64(found[0].ID), 10)},
		"with a sign":     {path: search("№ " + list[1].number), status: http.StatusSeeOther, to: "/office/invoices/" + strconv.FormatInt(int64(found[0].ID), 10)},
		"address":         {path: search("c1@example.test"), shows: []string{"c0001"}, hides: []string{"c0002"}},
		"person":          {path: search("ольга семенова"), shows: []string{"Ольга Семёнова", card}},
		"telephone":       {path: search("8 (916) 123-45-67"), shows: []string{"Ольга Семёнова", "+7 916 123-45-67"}},
		"sum of payment":  {path: search("1 234,56"), shows: []string{"за столы"}},
		"sum of a debt":   {path: search("2000"), shows: []string{list[1].number, list[2].number}},
		"nobody":          {path: search("нет такого"), shows: []string{"ничего не нашлось"}},
		"signs of LIKE":   {path: search(`%_\`), shows: []string{"ничего не нашлось"}},
		"zero":            {path: search("\x00"), shows: []string{"Ищите по всему"}},
		"very long":       {path: search(strings.Repeat("ы", 5000)), shows: []string{"Ищите по всему"}},
		"tables of names": {path: search("'; drop table accounts; --"), shows: []string{"ничего не нашлось"}},
	})
}

func TestLetterIsShownAndSentAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.clients(t, 1)
	letters, err := o.Notify.FindMessages(t.Context(), notify.MessageFilter{Purpose: notify.PurposeInvoiceIssued})
	require.NoError(t, err)
	require.Len(t, letters, 1)
	path := "/office/letters/" + strconv.FormatInt(letters[0].ID, 10)
	shows(t, o.get(t, identity.RoleSupport, path), "c0@example.test", "Счёт, PDF", "ООО «Пример 0»", "ждёт отправки")
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleSupport, path+"/retry", url.Values{}).Code, "it has not failed")
	require.Equal(t, http.StatusNotFound, o.get(t, identity.RoleSupport, "/office/letters/999").Code)

	require.NoError(t, o.db.WithTx(t.Context(), failLetter(letters[0].ID)))
	shows(t, o.get(t, identity.RoleSupport, path), "550 нет такого ящика", "Отправить ещё раз")
	shows(t, o.get(t, identity.RoleSupport, "/office/letters?state=failed"), "550 нет такого ящика")
	require.Equal(t, path, o.post(t, identity.RoleSupport, path+"/retry", url.Values{}).Header().Get("Location"))
	shows(t, o.get(t, identity.RoleSupport, path), "ждёт отправки")
}

// failLetter makes a letter one that a server has refused.
func failLetter(id int64) func(ctx context.Context, tx postgres.Tx) error {
	return func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Pgx.Exec(ctx, `UPDATE messages SET state = 'failed', last_error = '550 нет такого ящика' WHERE id = $1`, id)
		return err
	}
}
