package cabinet_test

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

	"prolong/tickets"
)

// chrome is a person's Chromium on the house.
type chrome struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // it is the browser
	base string

	mu       sync.Mutex
	problems []string // what the console complained about
}

// chromeTimeout bounds one step; the machine may be busy.
const chromeTimeout = 60 * time.Second

func (h *house) chrome(t *testing.T, more ...chromedp.ExecAllocatorOption) *chrome {
	t.Helper()
	path, err := exec.LookPath("chromium")
	require.NoError(t, err, "chromium is not installed: run tools/needs.sh test")
	server := httptest.NewServer(h.Site.Handler())
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "ru"),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &chrome{t: t, ctx: ctx, base: server.URL}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)))
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
	require.Eventually(b.t, func() bool {
		ctx, stop := context.WithTimeout(b.ctx, chromeTimeout)
		defer stop()
		said, err := chromedp.Run(ctx, chromedp.Text("body"))
		return err == nil && strings.Contains(strings.Join(strings.Fields(said), " "), text)
	}, chromeTimeout, 50*time.Millisecond, "the page does not say %q", text)
}

// enter logs in by a code, typed as a person does.
func (b *chrome) enter(h *house, email string) {
	b.t.Helper()
	h.letters(b.t)
	b.open("/login")
	b.fill("#email", email)
	b.click("button.button-main")
	b.do(chromedp.WaitVisible("#code"))
	b.fill("#code", h.mailedCode(b.t))
	b.click("button.button-main")
}

func (b *chrome) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.problems, "the console is quiet")
}

// TestClientInChromium lives through what only a browser shows: the menu without a pointer,
// copying, parts that come in while the reader types.
func TestClientInChromium(t *testing.T) {
	t.Parallel()
	h := open(t)
	agent := h.agent(t)
	h.issue(t)
	b := h.chrome(t)
	b.enter(h, "owner0@example.test")
	b.see("Оплачено по 20.03.2026")
	require.Equal(t, false, b.eval(`document.documentElement.scrollWidth > innerWidth`), "a phone does not scroll sideways")
	b.eval(`Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (t) => { window.copied = t }}})`)
	b.click(`.pay-purpose button`)
	b.see("Скопировано")
	require.Contains(t, b.eval("window.copied"), h.invoice(t, 0).Number)
	b.click(`button[data-copy="40702810938000000001"]`)
	require.Equal(t, "40702810938000000001", b.eval("window.copied"))

	b.click(`.cab-tabs button`)
	b.see("Профиль и входы")
	b.click(`#menu a[href$="/tickets"]`)
	b.see("Открытых обращений нет")
	b.click(`.page-actions a`)
	b.fill("#text", "Касса не открывается")
	b.click(`main button[type="submit"]`)
	b.see("Обращение принято")
	b.see("Ответим до 02.03.2026, 13:00")
	b.see("Осталось 4 ч рабочего времени")

	b.fill("#text", "Ещё одна подроб")
	h.clock.Advance(time.Hour)
	_, err := h.Tickets.Reply(t.Context(), agent, h.ticketID(t, b.eval("location.pathname").(string)), tickets.Reply{Text: "Уже смотрим", Status: tickets.StatusOpen})
	require.NoError(t, err)
	b.eval(`void htmx.ajax('GET', location.pathname, {target: '#live', swap: 'innerMorph'})`) // as it does every half minute
	b.see("Уже смотрим")
	b.see("Решим до")
	require.Equal(t, "Ещё одна подроб", b.eval(`document.querySelector('#text').value`), "what is being typed stays")
	b.quiet()
}

// TestClientWithoutScripts pays, asks and answers with scripts switched off.
func TestClientWithoutScripts(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	b := h.chrome(t, chromedp.Flag("blink-settings", "scriptEnabled=false"))
	b.enter(h, "owner0@example.test")
	b.see("Оплачено по 20.03.2026")
	b.see("Оплата по счету № " + h.invoice(t, 0).Number)
	b.click(`.cab-tabs button`)
	b.click(`#menu a[href$="/people"]`)
	b.see("Пригласить человека")
	b.fill("#email", "new@example.test")
	b.click(`main > section:last-of-type button[type="submit"]`)
	b.see("Приглашение отправлено на new@example.test")
	b.click(`.cab-me`)
	b.click(`#menu button[value="uk"]`)
	b.see("Запросити людину")
	b.click(`.cab-me`)
	b.click(`#menu .cab-out`)
	b.see("Вхід до кабінету")
	b.quiet()
}
