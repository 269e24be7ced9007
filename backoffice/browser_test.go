package backoffice_test

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/identity"
	"prolong/telephony/onlinepbx/pbxsim"
)

// chrome is a person's Chromium in the office.
type chrome struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // it is the browser
	base string

	mu       sync.Mutex
	problems []string // what the console complained about
}

// chromeTimeout bounds one step; the machine may be busy.
const chromeTimeout = 60 * time.Second

func (o *office) chrome(t *testing.T, more ...chromedp.ExecAllocatorOption) *chrome {
	t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "chromium is not installed: run tools/needs.sh test")
	server := httptest.NewServer(o.Site.Handler())
	t.Cleanup(server.CloseClientConnections) // the stream of calls stays open as long as the page
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "ru"),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &chrome{t: t, ctx: ctx, base: server.URL}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1360, 800)))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			b.problems = append(b.problems, ev.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			if ev.Entry.Level == log.EntryLevelError {
				b.problems = append(b.problems, ev.Entry.Text+" "+ev.Entry.URL)
			}
		}
	}))
	return b
}

func (b *chrome) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, chromeTimeout)
	defer stop()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

func (b *chrome) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + path)) }

func (b *chrome) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(selector), chromedp.SendKeys(selector, text))
}

func (b *chrome) click(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(selector), chromedp.Click(selector))
}

// press strikes keys as on a keyboard, whatever has the focus.
func (b *chrome) press(keys string) { b.t.Helper(); b.do(chromedp.KeyEvent(keys)) }

func (b *chrome) eval(expression string) any {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, chromeTimeout)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[any](expression))
	require.NoError(b.t, err, expression)
	return v
}

// see waits until the page says the text.
func (b *chrome) see(text string) {
	b.t.Helper()
	said := ""
	for deadline := time.Now().Add(chromeTimeout); !strings.Contains(said, text); time.Sleep(50 * time.Millisecond) {
		require.True(b.t, time.Now().Before(deadline), "the page does not say %q but: %s", text, said)
		ctx, stop := context.WithTimeout(b.ctx, chromeTimeout)
		got, err := chromedp.Run(ctx, chromedp.Text("body"))
		stop()
		if err == nil {
			said = strings.Join(strings.Fields(got), " ")
		}
	}
}

// enter logs a role in, typed as a person does.
func (b *chrome) enter(o *office, role identity.Role) {
	b.t.Helper()
	b.open("/office")
	b.fill("#email", o.people[role].Email)
	b.fill("#password", testPassword)
	b.fill("#code", o.code(b.t))
	b.click("button.button-main")
	b.see("Состояние")
}

func (b *chrome) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.problems, "the console is quiet")
}

// TestOfficeInChromium decides payments by the keyboard and hears a telephone ring.
func TestOfficeInChromium(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.olga(t, list[0])
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number, 200000), stranger("9", "за столы", 123456))
	queue := o.waiting(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan struct{})
	t.Cleanup(func() { cancel(); <-heard })
	go func() { defer close(heard); _ = o.Telephony.Listen(ctx) }() // it ends with the test

	b := o.chrome(t)
	b.enter(o, identity.RoleAccountant)
	b.click(`.nav a[href="/office/payments"]`)
	b.see("Что не удалось разнести")
	b.press("j") // the first row
	require.Equal(t, true, b.eval(`document.querySelectorAll('tr.is-current').length === 1`))
	b.press("\r")
	b.see("продлится до 20.04.2026")
	b.press("?")
	require.Equal(t, true, b.eval(`document.querySelector('#keys').matches(':popover-open')`))
	b.press("\x1b")
	b.press("1")
	b.press(" ") // unticks the invoice that was proposed
	b.see("На баланс")
	b.press(" ")
	b.see("продлится до 20.04.2026")
	b.eval(`document.activeElement.blur()`)
	b.press("\r")
	b.see("разнесены: ")
	b.see("за столы") // the next one that waits
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[0].ID).State)
	require.Equal(t, "2026-04-20", o.paidThrough(t, list[1].externalID))

	b.press("/")
	require.Equal(t, "q", b.eval(`document.activeElement.name`))
	b.open("/office")
	require.Eventually(t, func() bool { return b.eval(`(async () => (await navigator.locks.query()).held.length)()`) != nil }, chromeTimeout, 50*time.Millisecond)
	o.exchange.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: time.Hour})
	o.hear(t)
	b.see("Оплачено по 20.03.2026") // the card of who calls, on the page of the state
	b.see("+79161234567")
	b.click(`.ringing [data-close]`)
	require.Equal(t, true, b.eval(`document.querySelector('.ringing') === null`))
	b.quiet()
}

// TestOfficeWithoutScripts logs in, decides a payment and leaves with scripts switched off.
func TestOfficeWithoutScripts(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.clients(t, 2)
	o.bank(t, march2, stranger("8", "Оплата по счету № "+list[1].number, 200000), stranger("9", "за столы", 123456))
	queue := o.waiting(t)
	b := o.chrome(t, chromedp.Flag("blink-settings", "scriptEnabled=false"))
	b.enter(o, identity.RoleAccountant)
	b.click(`.nav a[href="/office/payments"]`)
	b.click(`tr[data-row] th a`)
	b.see("продлится до 20.04.2026")
	b.click(`.candidate .button-main`)
	b.see("разнесены: ")
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[0].ID).State)
	b.see("за столы")
	b.fill(`[aria-labelledby="search-heading"] input[type="search"]`, list[0].externalID)
	b.click(`[aria-labelledby="search-heading"] button`)
	b.click(`.found a`)
	b.click(`.candidate button[value="balance"]`)
	b.see("разнесены: ")
	require.Equal(t, billing.PaymentMatched, o.payment(t, queue[1].ID).State)
	b.click(`.languages button[value="uk"]`)
	b.see("Розбір платежів")
	b.click(`.who form button`)
	b.see("Вхід")
	b.quiet()
}
