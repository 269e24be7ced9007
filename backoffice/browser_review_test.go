package backoffice_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web/webtest"
)

// TestSlipsOfTheHandInChromium: a key pressed too early chooses and does not pay, and a button
// pressed twice sends its form once.
func TestSlipsOfTheHandInChromium(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number+" от 01.02.2020", 200000))
	waiting := o.waiting(t)[0]
	b := o.chrome(t)
	b.enter(t, o, identity.RoleAccountant)

	b.Open(href(waiting.ID))
	b.See("продлится до 20.04.2026")
	b.scripted(t)
	b.Eval(`document.querySelectorAll('.candidate .fact-good').forEach((e) => e.classList.remove('fact-good'))`) // nothing speaks for the candidate
	b.Press("\r")
	require.Equal(t, true, b.Eval(`document.querySelector('.candidate.is-current') !== null`))
	require.Equal(t, billing.PaymentReview, o.payment(t, waiting.ID).State)

	b.Eval(`window.sent = 0; addEventListener('submit', (e) => { if (!e.defaultPrevented) window.sent++; e.preventDefault() })`)
	b.Eval(`window.button = document.querySelector('.candidate .button-main'); for (const time of [1, 2]) button.click()`)
	require.Equal(t, true, b.Eval(`window.sent === 1 && button.form.ariaBusy === 'true'`))
	b.Eval(`dispatchEvent(new Event('pageshow'))`) // the reader came back
	b.Eval(`button.click()`)
	require.Equal(t, true, b.Eval(`window.sent === 2`))

	b.Open(href(waiting.ID))
	b.See("продлится до 20.04.2026")
	b.scripted(t)
	b.Press("\r")
	b.See("разнесены: ")
	b.scripted(t)
	b.Press("o")
	b.See("Где деньги")
	require.Equal(t, "/office/payments?state=matched", b.Eval(`document.querySelector('.crumbs a').getAttribute('href')`))
	require.Equal(t, href(waiting.ID), b.Eval(`location.pathname`))
	b.Quiet()
}

// TestSplittingStaysInThePartOfTheQueue: who works on one reason goes on with it.
func TestSplittingStaysInThePartOfTheQueue(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "за столы", 200000), stranger("9", "за стулья", 300000))
	queue := o.waiting(t)
	require.Equal(t, queue[0].Decision.Reason, queue[1].Decision.Reason)
	part := "?queue=" + string(queue[0].Decision.Reason)
	at := href(queue[0].ID)
	shows(t, o.get(t, identity.RoleAccountant, at+part), `href="`+at+"/split"+part+`"`)
	shows(t, o.get(t, identity.RoleAccountant, at+"/split"+part), `action="`+at+"/split"+part+`"`, `href="`+at+part+`"`)
	rec := o.post(t, identity.RoleAccountant, at+"/split"+part, map[string][]string{"client1": {list[0].externalID}, "amount1": {"500"}, "client2": {list[1].externalID}})
	require.Equal(t, http.StatusSeeOther, rec.Code, rec.Body.String())
	require.Equal(t, href(queue[1].ID)+part, rec.Header().Get("Location"))
	shows(t, o.get(t, identity.RoleAccountant, at), `<a href="/office/payments?state=any">Платежи</a>`) // the way back is the list in which it stands now: a split has none of its own
}

// scripted waits until the page hears keys: what it says is there before its script.
func (b chrome) scripted(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return b.Eval(`document.documentElement.classList.contains('scripted')`) == true }, webtest.Timeout, 50*time.Millisecond)
}
