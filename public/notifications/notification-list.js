import { LoadFault } from '../load-fault.js'
import { html } from '../preact.js'
import { useServices } from '../services.js'

/**
 * Newest first. Following one sets it as read.
 *
 * @param {{ notifications: ReturnType<typeof import('./use-notifications.js').useNotifications>, onFollow: () => void }} props
 */
export function NotificationList({ notifications, onFollow }) {
  const { t, date } = useServices()
  const { items, fault, more, load, read } = notifications
  return html`
    ${items?.length === 0 && html`<p class="quiet">${t('notifications.empty')}</p>`}
    <ul class="plain">
      ${items?.map(
        ({ id, path, title, label, body, createdAt, readAt }) => html`
          <li key=${id} class="notification" data-unread=${readAt === null}>
            <a
              href=${path}
              onClick=${() => {
                if (readAt === null) read(id)
                onFollow()
              }}
            >
              ${title}
              ${label && html`<span class="notification-label">${label}</span>`}
            </a>
            <p>${body}</p>
            <small>
              ${readAt === null && html`<b>${t('notifications.unread')}</b> · `}
              <time datetime=${createdAt}>${date(createdAt)}</time>
            </small>
          </li>
        `,
      )}
    </ul>
    ${fault !== undefined && html`<${LoadFault} words=${t('notifications.failed')} fault=${fault} onAgain=${load} />`}
    ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('notifications.more')}</button>`}
  `
}
