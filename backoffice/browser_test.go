package backoffice_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web/webtest"
	"prolong/telephony/onlinepbx/pbxsim"
)

// chrome is a person's Chromium in the office.
type chrome struct{ *webtest.Browser }

func (o *office) chrome(t *testing.T, options ...chromedp.ExecAllocatorOption) chrome {
	t.Helper()
	server := httptest.NewServer(o.Site.Handler())
	t.Cleanup(server.CloseClientConnections) // the stream of calls stays open as long as the page
	return chrome{webtest.Browse(t, server.URL, webtest.Desktop, options...)}
}

// enter logs a role in, typed as a person does.
func (b chrome) enter(t *testing.T, o *office, role identity.Role) {
	t.Helper()
	b.Open("/office")
	b.Fill("#email", o.people[role].Email)
	b.Fill("#password", testPassword)
	b.Fill("#code", o.code(t))
	b.Click("button.button-main")
	b.See("Состояние")
}

// TestOfficeInChromium decides payments by the keyboard and hears a telephone ring.
func TestOfficeInChromium(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.olga(t, list[0])
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number+" от 01.02.2020", 200000), stranger("9", "за столы", 123456))
	queue := o.waiting(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan struct{})
	t.Cleanup(func() { cancel(); <-heard })
	go func() { defer close(heard); _ = o.Telephony.Listen(ctx) }() // it ends with the test

	b := o.chrome(t)
	b.enter(t, o, identity.RoleAccountant)
	b.Click(`.nav a[href="/office/payments"]`)
	b.See("Что не удалось разнести")
	b.Press("j") // the first row
	require.Equal(t, true, b.Eval(`document.querySelectorAll('tr.is-current').length === 1`))
	b.Press("\r")
	b.See("продлится до 20.04.2026")
	b.Press("?")
	require.Equal(t, true, b.Eval(`document.querySelector('#keys').matches(':popover-open')`))
	b.Press("\x1b")
	b.Press("1")
	b.Press(" ") // unticks the invoice that was proposed
	b.See("На баланс")
	b.Press(" ")
	b.See("продлится до 20.04.2026")
	b.Eval(`document.activeElement.blur()`)
	b.Press("\r")
	b.See("разнесены: ")
	b.See("за столы") // the next one that waits
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[0].ID).State)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[1].externalID))

	b.Press("/")
	require.Equal(t, "q", b.Eval(`document.activeElement.name`))
	b.Open("/office")
	require.Eventually(t, func() bool { return b.Eval(`(async () => (await navigator.locks.query()).held.length)()`) != nil }, webtest.Timeout, 50*time.Millisecond)
	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: time.Hour})
	o.hear(t)
	b.See("Оплачено по 20.03.2026") // the card of who calls, on the page of the state
	b.See("+7 916 123-45-67")
	b.Click(`.ringing [data-close]`)
	require.Equal(t, true, b.Eval(`document.querySelector('.ringing') === null`))
	b.Quiet()
}

// TestOfficeWithoutScripts logs in, decides a payment and leaves with scripts switched off.
func TestOfficeWithoutScripts(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number+" от 01.02.2020", 200000), stranger("9", "за столы", 123456))
	queue := o.waiting(t)
	b := o.chrome(t, webtest.WithoutScripts)
	b.enter(t, o, identity.RoleAccountant)
	b.Click(`.nav a[href="/office/payments"]`)
	b.Click(`tr[data-row] th a`)
	b.See("продлится до 20.04.2026")
	b.Click(`.candidate .button-main`)
	b.See("разнесены: ")
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[0].ID).State)
	b.See("за столы")
	b.Fill(`[aria-labelledby="search-heading"] input[type="search"]`, list[0].externalID)
	b.Click(`[aria-labelledby="search-heading"] button`)
	b.Click(`.found a`)
	b.Click(`.candidate button[value="balance"]`)
	b.See("разнесены: ")
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[1].ID).State)
	b.Click(`.languages button[value="uk"]`)
	b.See("Розбір платежів")
	b.Click(`.who form button`)
	b.See("Вхід")
	b.Quiet()
}
