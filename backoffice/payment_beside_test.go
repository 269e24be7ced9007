package backoffice_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
)

// payerObject makes a rule about a payer, of the first payment's client.
func (o *office) payerObject(t *testing.T) (id int64) {
	t.Helper()
	require.NoError(t, o.db.Pool.QueryRow(t.Context(), `
		INSERT INTO payer_aliases (account_id, kind, value, state, confirmations, confirmed_by, decision_id, first_seen, last_seen)
		SELECT (SELECT min(id) FROM accounts), 'tax_id', '7713699602', 'active', 1, 'staff:1', min(id), now(), now() FROM match_decisions RETURNING id`).Scan(&id))
	return id
}

// returned imports a debit that speaks of a return.
func (o *office) returned(t *testing.T, purpose string, minor int64) {
	t.Helper()
	d := march2.Time().Format("02.01.2006")
	_, err := o.Banksync.Import(t.Context(), prolong.System("test"), "command", "debit.txt", strings.NewReader(fmt.Sprintf("1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nДатаНачала=%[1]s\r\nДатаКонца=%[1]s\r\nРасчСчет=%[2]s\r\n"+
		"СекцияДокумент=Платежное поручение\r\nНомер=77\r\nДата=%[1]s\r\nСумма=%[3]d.%02[4]d\r\nПлательщикСчет=%[2]s\r\nДатаСписано=%[1]s\r\nПолучательСчет=40702810400000000000\r\nПолучатель1=ООО «Чужой пример»\r\nНазначениеПлатежа=%[5]s\r\nКонецДокумента\r\nКонецФайла\r\n",
		d, ownAccount, minor/100, minor%100, purpose)))
	require.NoError(t, err)
}

func (o *office) returnObject(t *testing.T) int64 {
	t.Helper()
	o.returned(t, "Возврат по заявлению", 123456)
	list, err := o.Banksync.FindReturns(t.Context(), banksync.ReturnFilter{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return int64(list[0].LineID)
}

func (o *office) statementObject(t *testing.T) int64 {
	t.Helper()
	id, err := o.Banksync.UploadFile(t.Context(), prolong.System("test"), banksync.SourceUpload, "v.csv", "", []byte("не выписка"))
	require.NoError(t, err)
	return int64(id)
}

func TestAPayerIsTaughtOnThePageOfThePayment(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "Оплата за услуги", 200000))
	payment, client := o.waiting(t)[0], o.account(t, list[0].externalID)
	page := o.get(t, identity.RoleAccountant, href(payment.ID)+"?account="+idOf(client.ID))
	shows(t, page, "Всегда относить платежи этого плательщика", "Проверено на 1 платеже", "Сам разнёсся бы 1")
	own := o.get(t, identity.RoleSupport, href(payment.ID)+"?account="+idOf(client.ID))
	hides(t, own, `name="always"`)

	done := o.post(t, identity.RoleAccountant, href(payment.ID)+"/assign", url.Values{"account": {idOf(client.ID)}, "to": {"balance"}, "always": {"1"}, "note": {"по письму"}})
	require.Equal(t, http.StatusSeeOther, done.Code)
	payers := o.get(t, identity.RoleAccountant, "/office/payments/payers")
	shows(t, payers, "7713699602", "Действует", "по письму", "подтверждено 1 раз")
	aliases, err := o.Banksync.FindAliases(t.Context(), banksync.AliasFilter{})
	require.NoError(t, err)
	target := "/office/payments/payers/" + strconv.FormatInt(int64(aliases[0].ID), 10)
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, target, url.Values{}).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, target, url.Values{"note": {"сменился"}}).Code)
	shows(t, o.get(t, identity.RoleSupport, "/office/payments/payers?state=blocked"), "Запрещено", "сменился")
	shows(t, o.get(t, identity.RoleAdministrator, "/office/audit"), "Правило о плательщике запрещено")
	o.sound(t)
}

func TestAPaymentIsPutAsideAndComesBack(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "за столы", 123456))
	payment := o.waiting(t)[0]
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, href(payment.ID)+"/park", url.Values{"until": {"2020-01-01"}}).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(payment.ID)+"/park", url.Values{"until": {"2026-03-20"}, "note": {"ждём"}}).Code)
	page := o.get(t, identity.RoleAccountant, "/office/payments")
	shows(t, page, "Отложено")
	hides(t, page, "за столы")
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments?queue=parked"), "за столы")
	shows(t, o.get(t, identity.RoleAccountant, href(payment.ID)), "отложен до 20.03.2026")
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(payment.ID)+"/park", url.Values{"back": {"1"}}).Code)
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments"), "за столы")

	// Where no letters are set up, the reader is told, and nothing happens.
	client := o.account(t, list[0].externalID)
	refused := o.post(t, identity.RoleAccountant, href(payment.ID)+"/ask", url.Values{"account": {idOf(client.ID)}})
	require.Equal(t, http.StatusConflict, refused.Code)
	shows(t, refused, "Письма с вопросом не настроены")
}

func TestAlikePaymentsAreAcceptedTogether(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	mine := func(no string) credit {
		return credit{no: no, name: "ООО " + list[0].name, taxID: list[0].taxID, purpose: "Оплата за мебель, часть " + no, minor: 150000}
	}
	o.bank(t, march2, mine("21"), mine("22"))
	queue, client := o.waiting(t), o.account(t, list[0].externalID)
	group := href(queue[0].ID) + "/group?account=" + idOf(client.ID)
	shows(t, o.get(t, identity.RoleAccountant, href(queue[0].ID)), "Вместе с похожими: 2")
	shows(t, o.get(t, identity.RoleAccountant, group), "часть 21", "часть 22", list[0].number)
	form := url.Values{"account": {idOf(client.ID)}, "payment": {idOf(billing.AccountID(queue[0].ID)), idOf(billing.AccountID(queue[1].ID))}}
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, href(queue[0].ID)+"/group", form).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(queue[0].ID)+"/group", form).Code)
	require.Empty(t, o.waiting(t))
	require.Equal(t, http.StatusConflict, o.post(t, identity.RoleAccountant, href(queue[0].ID)+"/group", form).Code)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID))
	o.sound(t)
}

func TestCorrectedMatchesAndReturnsAreListed(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments/incidents"), "Исправлять ничего не пришлось")
	o.bank(t, march2, exact(0, list[0]))
	found, err := o.Banksync.FindReceived(t.Context(), banksync.ReviewFilter{State: billing.PaymentMatched})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, href(found[0].ID)+"/undo", url.Values{"note": {"чужой платёж"}}).Code)
	shows(t, o.get(t, identity.RoleSupport, "/office/payments/incidents"), "чужой платёж", "ещё на разборе", "«Пример 0»", "На что опиралось решение")

	o.returned(t, "Возврат по заявлению", found[0].Amount.Minor())
	page := o.get(t, identity.RoleAccountant, "/office/payments/returns")
	shows(t, page, "Возврат по заявлению", "Какой платёж вернули")
	returns, err := o.Banksync.FindReturns(t.Context(), banksync.ReturnFilter{})
	require.NoError(t, err)
	target := "/office/payments/returns/" + strconv.FormatInt(int64(returns[0].LineID), 10)
	require.Equal(t, http.StatusForbidden, o.post(t, identity.RoleSupport, target, url.Values{"none": {"1"}}).Code)
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, target, url.Values{"payment": {strconv.FormatInt(int64(found[0].ID), 10)}}).Code)
	shows(t, o.get(t, identity.RoleAccountant, "/office/payments/returns?state=booked"), "проведён", "Возвращённый платёж")
	o.sound(t)
}

var selected = regexp.MustCompile(`(?s)<select name="(column\d+)".*?</select>`)

func TestAStatementIsUploadedLookedAtAndTaken(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	table := "Дата операции;Номер;Контрагент;ИНН;Приход;Расход;Назначение платежа\n02.03.2026;41;ООО " + list[0].name + ";" + list[0].taxID + ";2000,00;;Оплата по счету № " + list[0].number + " от 01.03.2026\n"
	require.Equal(t, http.StatusForbidden, o.upload(t, identity.RoleSupport, "/office/payments/statements", nil, "v.csv", table).Code)
	require.Equal(t, http.StatusUnprocessableEntity, o.upload(t, identity.RoleAccountant, "/office/payments/statements", nil, "", "").Code)
	sent := o.upload(t, identity.RoleAccountant, "/office/payments/statements", nil, "v.csv", table)
	require.Equal(t, http.StatusSeeOther, sent.Code)
	target := sent.Header().Get("Location")
	page := o.get(t, identity.RoleAccountant, target)
	shows(t, page, "Столбцы таблицы", "1 операция", "новая 1", "2\u00a0000,00\u00a0₽")
	require.Equal(t, "2026-03-20", o.paidThrough(t, list[0].externalID))
	form := url.Values{"mapped": {"1"}, "account": {ownAccount}}
	for _, m := range selected.FindAllStringSubmatch(page.Body.String(), -1) {
		chosen := regexp.MustCompile(`value="([a-z_]+)" selected`).FindStringSubmatch(m[0])
		if chosen != nil {
			form.Set(m[1], chosen[1])
		}
	}
	wrong := url.Values{"mapped": {"1"}, "account": {ownAccount}, "column0": {"purpose"}}
	require.Equal(t, http.StatusUnprocessableEntity, o.post(t, identity.RoleAccountant, target, wrong).Code)
	try := url.Values{"try": {"1"}}
	for k, v := range form {
		try[k] = v
	}
	require.Equal(t, http.StatusOK, o.post(t, identity.RoleAccountant, target, try).Code)
	require.Equal(t, "2026-03-20", o.paidThrough(t, list[0].externalID))
	require.Equal(t, http.StatusSeeOther, o.post(t, identity.RoleAccountant, target, form).Code)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[0].externalID))
	shows(t, o.get(t, identity.RoleSupport, "/office/payments/statements"), "v.csv", "Загружена", "разнесено 1")
	o.sound(t)
}
