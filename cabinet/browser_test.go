package cabinet_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"prolong/internal/web/webtest"
	"prolong/tickets"
)

// chrome is a person's Chromium in the cabinet.
type chrome struct{ *webtest.Browser }

func (h *house) chrome(t *testing.T, options ...chromedp.ExecAllocatorOption) chrome {
	t.Helper()
	server := httptest.NewServer(h.Site.Handler())
	t.Cleanup(server.Close)
	return chrome{webtest.Browse(t, server.URL, webtest.Phone, options...)}
}

// enter logs in by a code, typed as a person does.
func (b chrome) enter(t *testing.T, h *house, email string) {
	t.Helper()
	h.letters(t)
	b.Open("/login")
	b.Fill("#email", email)
	b.Click("button.button-main")
	b.Do(chromedp.WaitVisible("#code")) // the letter is written before the page that asks for its code
	b.Fill("#code", h.mailedCode(t))
	b.Click("button.button-main")
}

// TestClientInChromium lives through what only a browser shows: the menu without a pointer,
// copying, parts that come in while the reader types.
func TestClientInChromium(t *testing.T) {
	t.Parallel()
	h := open(t)
	agent := h.agent(t)
	h.issue(t)
	b := h.chrome(t)
	b.enter(t, h, "owner0@example.test")
	b.See("Оплачено по 20.03.2026")
	require.Equal(t, false, b.Eval(`document.documentElement.scrollWidth > innerWidth`), "a phone does not scroll sideways")
	b.Eval(`Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (t) => { window.copied = t }}})`)
	b.Click(`.pay-purpose button`)
	b.See("Скопировано")
	require.Contains(t, b.Eval("window.copied"), h.invoice(t, 0).Number)
	b.Click(`button[data-copy="40702810938000000001"]`)
	require.Equal(t, "40702810938000000001", b.Eval("window.copied"))

	b.Click(`.cab-tabs button`)
	b.See("Профиль и входы")
	b.Click(`#menu a[href$="/tickets"]`)
	b.See("Открытых обращений нет")
	b.Click(`.page-actions a`)
	b.Fill("#text", "Касса не открывается")
	b.Click(`main button[type="submit"]`)
	b.See("Обращение принято")
	b.See("Ответим до 02.03.2026, 13:00")
	b.See("Осталось 4 ч рабочего времени")

	b.Fill("#text", "Ещё одна подроб")
	h.clock.Advance(time.Hour)
	_, err := h.Tickets.Reply(t.Context(), agent, h.ticketID(t, b.Eval("location.pathname").(string)), tickets.Reply{Text: "Уже смотрим", Status: tickets.StatusOpen})
	require.NoError(t, err)
	b.Eval(`void htmx.ajax('GET', location.pathname, {target: '#live', swap: 'innerMorph'})`) // as it does every half minute
	b.See("Уже смотрим")
	b.See("Решим до")
	require.Equal(t, "Ещё одна подроб", b.Eval(`document.querySelector('#text').value`), "what is being typed stays")
	b.Quiet()
}

// TestClientWithoutScripts pays, asks and answers with scripts switched off.
func TestClientWithoutScripts(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.issue(t)
	b := h.chrome(t, webtest.WithoutScripts)
	b.enter(t, h, "owner0@example.test")
	b.See("Оплачено по 20.03.2026")
	b.See("Оплата по счету № " + h.invoice(t, 0).Number)
	b.Click(`.cab-tabs button`)
	b.Click(`#menu a[href$="/people"]`)
	b.See("Пригласить человека")
	b.Fill("#email", "new@example.test")
	b.Click(`main > section:last-of-type button[type="submit"]`)
	b.See("Приглашение отправлено на new@example.test")
	b.Click(`.cab-me`)
	b.Click(`#menu button[value="uk"]`)
	b.See("Запросити людину")
	b.Click(`.cab-me`)
	b.Click(`#menu .cab-out`)
	b.See("Вхід до кабінету")
	b.Quiet()
}
