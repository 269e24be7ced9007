package cabinet_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/invoices"
)

// subscription returns the one subscription of a client.
func (h *house) subscription(t *testing.T, client int) billing.Subscription {
	t.Helper()
	subs, err := h.Billing.SubscriptionsOf(t.Context(), h.accounts[client])
	require.NoError(t, err)
	require.Len(t, subs, 1)
	return subs[0]
}

// messagesOf counts the letters to a client, sent or waiting.
func (h *house) messagesOf(t *testing.T, client int) (n int) {
	t.Helper()
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM messages WHERE account_id = $1`, int64(h.accounts[client])).Scan(&n))
	return n
}

func (h *house) planPath(t *testing.T, client int) string {
	t.Helper()
	return h.path(client, "/plan/"+strconv.FormatInt(int64(h.subscription(t, client).ID), 10))
}

// sells declares a plan that is offered, one that is not, and what comes beside the plan that
// the clients have.
func (h *house) sells(t *testing.T) {
	t.Helper()
	month := prolong.Term{Count: 1, Unit: prolong.Months}
	plan := func(key, name string, minor int64, offered bool) billing.PlanSpec {
		return billing.PlanSpec{Plan: billing.Plan{Key: key, Name: name, Period: month, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest, Offered: offered},
			Seller: "main", Prices: []prolong.Money{prolong.NewMoney(minor, prolong.RUB)},
			Items: []billing.ItemSpec{{Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: []prolong.Money{prolong.NewMoney(300_00, prolong.RUB)}}}}
	}
	_, err := h.Billing.Apply(t.Context(), nil, []billing.PlanSpec{plan("standard", "Стандарт", 2000_00, true), plan("team", "Команда", 5000_00, true), plan("gift", "Подарок", 1_00, false)})
	require.NoError(t, err)
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

// confirmation takes the fields over that a quote asks to be sent back.
func confirmation(t *testing.T, page string) url.Values {
	t.Helper()
	form := url.Values{"do": {"confirm"}}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	require.NotEmpty(t, form.Get("agreed"), "no quote on the page:\n%s", page)
	return form
}

func money(minor int64) string {
	catalog, err := i18n.Embedded()
	if err != nil {
		panic(err)
	}
	return catalog.Translator(i18n.Russian).Money(prolong.NewMoney(minor, prolong.RUB))
}

func TestOwnerIsShownTheInvoiceAndGetsExactlyIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	const owner = "owner0@example.test"
	_, err := h.Invoices.GiveDiscount(t.Context(), systemActor, h.subscription(t, 0).ID, billing.Discount{PercentBP: 1000, Periods: 1, From: moscowDay(h), Reason: "первый год"})
	require.NoError(t, err)
	h.clock.Advance(24 * time.Hour) // the renewal is due ten days ahead
	h.clock.Set(time.Date(2026, 3, 12, 9, 0, 0, 0, moscow))
	h.issue(t)
	old := h.invoice(t, 0)
	require.Equal(t, int64(1800_00), old.Total.Minor())
	require.Contains(t, h.get(t, owner, h.path(0, "")).Body.String(), h.planPath(t, 0), "the first page leads there")

	before := h.rowsOf(t, 0)
	page := h.get(t, owner, h.planPath(t, 0))
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), "Команда")
	require.NotContains(t, page.Body.String(), "Подарок", "a plan that is not offered")
	quoted := h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"team"}, "seats": {"2"}, "addon.sms": {"3"}, "do": {"quote"}})
	require.Equal(t, http.StatusOK, quoted.Code)
	// Two seats of 5000 and three packs of 300, less the ten percent that the old invoice had used.
	for _, want := range []string{money(9_810_00), money(1_769_02), "2 × " + money(5_000_00), "С 21.03.2026", old.Number} {
		require.Contains(t, quoted.Body.String(), want)
	}
	after := h.rowsOf(t, 0)
	for _, digest := range []map[string]string{before, after} { // the visit itself is noted
		delete(digest, "sessions")
	}
	require.Equal(t, before, after, "a quote changes nothing")
	queued := h.messagesOf(t, 0)

	done := h.post(t, owner, h.planPath(t, 0), confirmation(t, quoted.Body.String()))
	require.Equal(t, http.StatusSeeOther, done.Code, done.Body.String())
	require.Equal(t, h.planPath(t, 0), done.Header().Get("Location"))
	made := h.invoice(t, 0)
	require.Equal(t, int64(9_810_00), made.Total.Minor())
	require.Equal(t, int64(1_769_02), made.Tax.Minor())
	require.Contains(t, quoted.Body.String(), made.Number, "the number is the quoted one")
	require.Equal(t, "2026-03-21..2026-04-20", made.Period.String())
	list, _, err := h.Invoices.InvoicesOf(t.Context(), h.accounts[0], 5, 0)
	require.NoError(t, err)
	require.Equal(t, []invoices.Status{invoices.StatusOpen, invoices.StatusVoid}, []invoices.Status{list[0].Status, list[1].Status})
	require.Equal(t, "2026-03-20", h.subscription(t, 0).PaidThrough.String(), "the paid days stay")
	require.Greater(t, h.messagesOf(t, 0), queued, "the new invoice goes out by mail")
	var actor string
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT actor_kind FROM audit_entries WHERE action = 'subscription.change'`).Scan(&actor))
	require.Equal(t, string(prolong.ActorContact), actor)

	again := h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"team"}, "seats": {"2"}, "addon.sms": {"3"}, "do": {"quote"}})
	require.Equal(t, http.StatusUnprocessableEntity, again.Code)
	require.Contains(t, again.Body.String(), "менять нечего")
}

func TestWithoutAnOpenInvoiceTheNextOneIsTheQuotedOne(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	const owner = "owner0@example.test"
	quoted := h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"team"}, "seats": {"1"}, "do": {"quote"}})
	require.Contains(t, quoted.Body.String(), money(5_000_00))
	require.Equal(t, http.StatusSeeOther, h.post(t, owner, h.planPath(t, 0), confirmation(t, quoted.Body.String())).Code)
	require.Contains(t, h.get(t, owner, h.planPath(t, 0)).Body.String(), "Команда", "what is planned is shown")
	h.clock.Set(time.Date(2026, 3, 12, 9, 0, 0, 0, moscow))
	h.issue(t)
	require.Equal(t, int64(5_000_00), h.invoice(t, 0).Total.Minor())
	h.sessions = map[string]string{} // the proof of ten days ago is old

	// Back to what he has: the change is off, and the price is the old one.
	quoted = h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"standard"}, "seats": {"1"}, "do": {"quote"}})
	require.Equal(t, http.StatusSeeOther, h.post(t, owner, h.planPath(t, 0), confirmation(t, quoted.Body.String())).Code)
	require.Equal(t, int64(2_000_00), h.invoice(t, 0).Total.Minor())
	require.Zero(t, h.subscription(t, 0).NextPlanID)
}

func TestWhatBecameAnotherInvoiceMeanwhileIsShownAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	const owner = "owner0@example.test"
	quoted := h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"team"}, "seats": {"1"}, "do": {"quote"}})
	agreed := confirmation(t, quoted.Body.String())
	_, err := h.Invoices.GiveDiscount(t.Context(), systemActor, h.subscription(t, 0).ID, billing.Discount{PercentBP: 1000, From: moscowDay(h), Reason: "скидка"})
	require.NoError(t, err)
	before := h.subscription(t, 0)
	rec := h.post(t, owner, h.planPath(t, 0), agreed)
	require.Equal(t, http.StatusConflict, rec.Code)
	require.Contains(t, rec.Body.String(), "Ничего не сделано")
	require.Contains(t, rec.Body.String(), money(4_500_00))
	require.Equal(t, before, h.subscription(t, 0))
	agreed.Set("seats", "7") // what is sent is not what was shown
	require.Equal(t, http.StatusConflict, h.post(t, owner, h.planPath(t, 0), agreed).Code)
	agreed.Del("agreed")
	require.Equal(t, http.StatusConflict, h.post(t, owner, h.planPath(t, 0), agreed).Code, "nothing is made without a quote")
	require.Equal(t, before, h.subscription(t, 0))
	require.Equal(t, http.StatusSeeOther, h.post(t, owner, h.planPath(t, 0), confirmation(t, rec.Body.String())).Code)
}

func TestWhatCannotBeChosenIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	const owner = "owner0@example.test"
	before := h.subscription(t, 0)
	for name, form := range map[string]url.Values{
		"not offered":     {"plan": {"gift"}, "seats": {"1"}},
		"unknown":         {"plan": {"нет"}, "seats": {"1"}},
		"no plan":         {"seats": {"1"}},
		"no seats":        {"plan": {"team"}, "seats": {"0"}},
		"seats of a word": {"plan": {"team"}, "seats": {"два"}},
		"negative addon":  {"plan": {"team"}, "seats": {"1"}, "addon.sms": {"-1"}},
	} {
		for _, do := range []string{"quote", "confirm"} {
			form.Set("do", do)
			require.Equal(t, http.StatusUnprocessableEntity, h.post(t, owner, h.planPath(t, 0), form).Code, "%s, %s", name, do)
		}
	}
	require.Equal(t, before, h.subscription(t, 0))

	// A price agreed for the plan that he has is kept for seats, and said to end with the plan.
	_, err := h.Invoices.ChangeTerms(t.Context(), systemActor, before.ID, invoices.Change{PlanKey: "standard", Price: prolong.NewMoney(1_500_00, prolong.RUB), AtOnce: true})
	require.NoError(t, err)
	seats := h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"standard"}, "seats": {"3"}, "do": {"quote"}}).Body.String()
	require.Contains(t, seats, money(4_500_00))
	require.NotContains(t, seats, "особая цена")
	require.Contains(t, h.post(t, owner, h.planPath(t, 0), url.Values{"plan": {"team"}, "seats": {"3"}, "do": {"quote"}}).Body.String(), "особая цена")
}

func TestPlanNeedsAFreshProofAndPaidDays(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	const owner = "owner0@example.test"
	wanted := url.Values{"plan": {"team"}, "seats": {"1"}, "do": {"quote"}}
	agreed := confirmation(t, h.post(t, owner, h.planPath(t, 0), wanted).Body.String())
	h.clock.Advance(13 * time.Hour)
	require.NotContains(t, h.get(t, owner, h.planPath(t, 0)).Body.String(), `name="seats"`)
	require.Equal(t, http.StatusSeeOther, h.post(t, owner, h.planPath(t, 0), agreed).Code)
	require.Zero(t, h.subscription(t, 0).NextPlanID, "nothing happened")

	h.sessions = map[string]string{}
	h.clock.Set(time.Date(2026, 3, 21, 9, 0, 0, 0, moscow)) // in grace: the unpaid period has begun
	page := h.get(t, owner, h.planPath(t, 0)).Body.String()
	require.Contains(t, page, "Оплаченный срок закончился")
	require.Contains(t, page, h.path(0, "/tickets/new?subject="))
	require.NotContains(t, page, `name="seats"`)
	require.Equal(t, http.StatusConflict, h.post(t, owner, h.planPath(t, 0), agreed).Code)
	require.Zero(t, h.subscription(t, 0).NextPlanID)
}

func TestPlanIsForTheOwner(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, who := range []string{"accountant0@example.test", "employee0@example.test"} {
		require.Equal(t, http.StatusForbidden, h.get(t, who, h.planPath(t, 0)).Code)
		require.NotContains(t, h.get(t, who, h.path(0, "")).Body.String(), h.planPath(t, 0), "no way there is shown")
	}
	foreign := h.path(0, "/plan/"+strconv.FormatInt(int64(h.subscription(t, 1).ID), 10))
	for _, path := range []string{foreign, h.path(0, "/plan/999999"), h.path(0, "/plan/x"), h.planPath(t, 1)} {
		require.Equal(t, http.StatusNotFound, h.get(t, "owner0@example.test", path).Code, path)
		require.Equal(t, http.StatusNotFound, h.post(t, "owner0@example.test", path, url.Values{"plan": {"standard"}, "seats": {"5"}, "do": {"confirm"}}).Code, path)
	}
}

func TestPlansByTheHourAreNotOffered(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, err := h.Billing.Apply(t.Context(), nil, []billing.PlanSpec{{
		Plan:   billing.Plan{Key: "rack", Name: "Стойка", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, Resume: billing.ResumeLatest, Offered: true},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(12_50, prolong.RUB)}, Meter: &billing.Meter{Rounding: billing.RoundHundredth, PayDays: 10},
	}})
	var refusal *prolong.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "error.plan_offered_meter", refusal.Key)
}
