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

  // A request of htmx that got no answer at all. One message is enough; the first answer takes
  // it away again.
  document.addEventListener('htmx:error', (event) => {
    if (!event.detail?.ctx?.request || event.detail.ctx.response) return
    if (!document.querySelector('.toast-offline')) toast(document.body.dataset.offline, 'toast-offline', true)
  })
  document.addEventListener('htmx:after:request', () => document.querySelector('.toast-offline')?.remove())

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
