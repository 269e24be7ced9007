// What pages cannot do without a script. Every form and link works without this file; it adds
// comfort: closing messages, copying requisites, saying that the connection is gone.
(() => {
  'use strict'

  // Buttons that only a script can serve are shown by app.css once this class is there.
  document.documentElement.classList.add('scripted')

  document.addEventListener('click', async (event) => {
    const close = event.target.closest('[data-close]')
    if (close) close.closest(close.dataset.close)?.remove()

    const copy = event.target.closest('[data-copy]')
    if (copy) {
      await navigator.clipboard.writeText(copy.dataset.copy)
      toast(document.body.dataset.copied)
    }
  })

  // Keys for people who decide a hundred payments in a row. Letters are read from the place of
  // the key, so that the Russian layout works as well. A key clicks or focuses what carries it.
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const typing = event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable]')
    if (typing) {
      if (event.key === 'Escape') typing.blur()
      return
    }
    const key = event.key === '?' || event.key === '/' ? event.key : event.code.replace(/^(Key|Digit|Numpad)/, '').toLowerCase()
    if (press(key, event)) event.preventDefault()
  })

  const press = (key, event) => {
    // What the page itself has goes before the frame around it.
    const selector = `[data-key="${CSS.escape(key)}"]`
    const marked = document.querySelector(`main ${selector}`) ?? document.querySelector(selector)
    if (marked) {
      marked.matches('input') ? marked.focus() : marked.click()
      return true
    }
    const cards = [...document.querySelectorAll('[data-candidate]')]
    const card = cards.find((c) => c.classList.contains('is-current')) ?? cards[0]
    if (card) {
      const chosen = cards.find((c) => c.dataset.candidate === key)
      if (chosen) return goTo(cards, chosen, chosen.querySelector('input[type="checkbox"], .button-main'))
      // Enter decides for whom the reader chose, or for the first one if something speaks for
      // him; else it only chooses, and nobody is paid for by a slip of the hand. A key that is
      // held down decides once.
      if (key === 'enter' && !event.target.closest('a, button')) {
        if (event.repeat) return true
        if (!card.matches('.is-current, :has(.fact-good)')) return goTo(cards, card)
        return act(card.querySelector('.button-main'))
      }
      if (key === 'b') return act(card.querySelector('[data-key-balance]'))
      if (key === 'n') return focus(card.querySelector('[data-key-note]'))
    }
    const rows = [...document.querySelectorAll('[data-row]')]
    if (rows.length && (key === 'j' || key === 'k')) {
      const at = rows.findIndex((r) => r.classList.contains('is-current'))
      const row = rows[Math.min(Math.max(at + (key === 'j' ? 1 : -1), 0), rows.length - 1)]
      return goTo(rows, row, row.querySelector('a'))
    }
    return false
  }

  const act = (button) => { button?.click(); return Boolean(button) }
  const focus = (field) => { field?.focus(); return Boolean(field) }
  const goTo = (all, one, inside) => {
    all.forEach((e) => e.classList.toggle('is-current', e === one))
    one.scrollIntoView({ block: 'nearest' })
    return focus(inside) || true
  }

  // A page that answers a form takes the place of the page with the form: going back to it, or
  // loading it again, brings the form and does not ask to send it again.
  const form = document.referrer && new URL(document.referrer)
  if ('posted' in document.body.dataset && form && form.origin === location.origin) {
    history.replaceState(null, '', form.pathname + form.search)
  }

  // A form that changes something is sent once, however often its button is pressed. Back in the
  // page, or when no answer came, it may be sent again.
  const resend = 10_000 // milliseconds
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.hasAttribute('aria-busy')) return event.preventDefault()
    form.setAttribute('aria-busy', 'true')
    setTimeout(() => form.removeAttribute('aria-busy'), resend)
  })
  addEventListener('pageshow', () => document.querySelectorAll('form[aria-busy]').forEach((form) => form.removeAttribute('aria-busy')))

  // A request of htmx that got no answer at all. One message is enough; the first answer takes
  // it away again.
  document.addEventListener('htmx:error', (event) => {
    if (!event.detail?.ctx?.request || event.detail.ctx.response) return
    if (!document.querySelector('.toast-offline')) toast(document.body.dataset.offline, 'toast-offline', true)
  })
  document.addEventListener('htmx:after:request', () => document.querySelector('.toast-offline')?.remove())

  // Ringing telephones. One page of the browser keeps the stream and tells the others, so that a
  // dozen open pages do not use up the connections. Each then asks for the card of the call.
  const ringing = document.querySelector('[data-live]')
  if (ringing) {
    const news = new BroadcastChannel('calls')
    news.onmessage = (event) => hear(event.data)
    const hear = async ({ state, id }) => {
      document.body.dispatchEvent(new Event('calls-changed'))
      const shown = ringing.querySelector(`[data-call="${CSS.escape(id)}"]`)
      if (state === 'ended') return shown?.remove()
      const answer = await fetch(`/office/calls/${encodeURIComponent(id)}/ringing`, { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } })
      if (!answer.ok) return
      const card = document.createRange().createContextualFragment(await answer.text())
      const again = ringing.querySelector(`[data-call="${CSS.escape(id)}"]`)
      again ? again.replaceWith(card) : ringing.append(card)
    }
    navigator.locks.request('calls', () => new Promise(() => {
      const stream = new EventSource(ringing.dataset.live)
      for (const state of ['ringing', 'talking', 'ended']) {
        stream.addEventListener(state, (event) => {
          const call = { state, id: event.data }
          hear(call)
          news.postMessage(call)
        })
      }
    }))
  }

  // toast shows a message at the edge of the page, by default for three seconds.
  const toast = (text, kind = '', stays = false) => {
    const box = document.createElement('div')
    box.className = `toast ${kind}`
    box.setAttribute('role', 'status')
    box.textContent = text
    document.body.append(box)
    if (!stays) setTimeout(() => box.remove(), 3000)
  }
})()
