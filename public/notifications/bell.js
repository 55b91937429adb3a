import { html, useEffect, useRef, useState } from '../preact.js'
import { settingsUrl } from '../route.js'
import { useServices } from '../services.js'
import { NotificationList } from './notification-list.js'
import { useNotifications } from './use-notifications.js'

/** The number of unread notifications, and behind it their list. A new notification is also announced, politely. */
export function Bell() {
  const { t, announce } = useServices()
  const [open, setOpen] = useState(false)
  const button = useRef(/** @type {HTMLElement | null} */ (null))
  const root = useRef(/** @type {HTMLElement | null} */ (null))
  const notifications = useNotifications(({ title, label, path }) => {
    // A user who has that place open gets it announced there.
    if (location.hash !== path.slice(path.indexOf('#')))
      announce(`${t('notifications.bell')}: ${[title, label].filter(Boolean).join(', ')}`)
  })
  const { unread } = notifications

  useEffect(() => {
    if (!open) return
    const elsewhere = (/** @type {Event} */ event) => {
      if (!root.current?.contains(/** @type {Node} */ (event.target))) setOpen(false)
    }
    const left = () => setOpen(false)
    addEventListener('pointerdown', elsewhere)
    addEventListener('hashchange', left)
    return () => {
      removeEventListener('pointerdown', elsewhere)
      removeEventListener('hashchange', left)
    }
  }, [open])

  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return html`
    <div class="bell" ref=${root} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && open && close()}>
      <button
        type="button"
        ref=${button}
        class="bell-button"
        aria-expanded=${open}
        aria-controls="notifications"
        aria-label=${unread > 0 ? t('notifications.bell.unread', { unread }) : t('notifications.bell')}
        onClick=${() => setOpen(!open)}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <path d="M12 3a6 6 0 0 0-6 6v4l-2 3h16l-2-3V9a6 6 0 0 0-6-6zm-2.2 15a2.3 2.3 0 0 0 4.4 0z" />
        </svg>
        ${unread > 0 && html`<span class="bell-count" aria-hidden="true">${unread > 99 ? '99+' : unread}</span>`}
      </button>
      <section id="notifications" class="bell-panel" aria-labelledby="notifications-title" hidden=${!open}>
        <div class="bell-head">
          <h2 id="notifications-title">${t('notifications.title')}</h2>
          ${
            unread > 0 &&
            html`<button type="button" class="quiet" onClick=${notifications.readAll}>${t('notifications.readAll')}</button>`
          }
        </div>
        ${open && html`<${NotificationList} notifications=${notifications} onFollow=${() => setOpen(false)} />`}
        <a href=${settingsUrl} onClick=${() => setOpen(false)}>${t('notifications.settings')}</a>
      </section>
    </div>
  `
}
