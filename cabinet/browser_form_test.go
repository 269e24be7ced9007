package cabinet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/internal/web/webtest"
)

// TestFormsOnATelephone makes a mistake below the fold, mends it, and goes back: what is wrong has
// the focus, and no page asks to send a form again.
func TestFormsOnATelephone(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.sells(t)
	h.issue(t)
	b := h.chrome(t)
	b.enter(t, h, "owner0@example.test")
	b.See("Оплачено по 20.03.2026")

	plan := h.path(0, fmt.Sprintf("/plan/%d", h.subscription(t, 0).ID))
	b.Open(plan)
	b.See("Со следующего периода")
	b.Eval(`document.querySelector('#seats').value = '0'`)
	b.Click(`button[value="quote"]`)
	b.See("Укажите целое число")
	b.scripted(t)
	require.Equal(t, "seats", b.Eval(`document.activeElement.id`))
	require.Equal(t, true, b.Eval(`(({top, bottom}) => top > 0 && bottom < innerHeight - document.querySelector('.cab-tabs').offsetHeight)(document.activeElement.getBoundingClientRect())`))
	require.Equal(t, plan, b.Eval(`location.pathname`))

	b.Eval(`document.querySelector('#seats').value = '2'`)
	b.Click(`button[value="quote"]`)
	b.See("Проверьте и подтвердите")
	b.scripted(t)
	b.Click(`button[value="confirm"]`)
	b.See("Готово: новые условия начнутся")
	b.Eval(`history.back()`)
	b.See("Со следующего периода")
	require.NotContains(t, b.Text("body"), "Проверьте и подтвердите", "what is done is not offered again")

	fresh := h.path(0, "/tickets/new")
	b.Open(fresh)
	b.See("Что случилось")
	b.Click(`main button[type="submit"]`)
	b.See("Напишите, что случилось")
	b.scripted(t)
	require.Equal(t, fresh, b.Eval(`location.pathname`))
	require.Equal(t, "text", b.Eval(`document.activeElement.id`))
	b.Eval(`location.reload()`)
	b.See("Что случилось")
	require.Equal(t, fresh, b.Eval(`location.pathname`))
}

// scripted waits until the script of the page has run: what the page says is there before.
func (b chrome) scripted(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return b.Eval(`document.documentElement.classList.contains('scripted')`) == true }, webtest.Timeout, 50*time.Millisecond)
}
