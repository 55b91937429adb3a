/**
 * Shows what the server pushes, and opens its place. Stores no pages: the site works as it does without.
 *
 * @typedef {{ id: string, title: string, body: string, path: string }} Payload
 */

const worker = /** @type {any} */ (globalThis)

/** @param {string} path without a slash before it, below the path that the server is served at */
const addressOf = path => new URL(path, worker.registration.scope).href

worker.addEventListener('push', (/** @type {any} */ event) => {
  /** @type {Payload} */
  const { id, title, body, path } = payloadOf(event.data)
  // The same notification again replaces the first.
  event.waitUntil(
    worker.registration.showNotification(title, {
      body,
      tag: id,
      icon: addressOf('icons/icon-192.png'),
      data: { path },
    }),
  )
})

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close()
  event.waitUntil(show(new URL(event.notification.data.path, worker.location.origin)))
})

worker.addEventListener('pushsubscriptionchange', (/** @type {any} */ event) => {
  event.waitUntil(subscribeAgain(event.oldSubscription))
})

/** A push service may send an empty one, and a push must show something. @param {any} data @returns {Payload} */
function payloadOf(data) {
  try {
    return data.json()
  } catch {
    return { id: 'conch', title: 'Conch', body: '', path: addressOf('') }
  }
}

/** In a window that is open, else in a new one. @param {URL} url */
async function show(url) {
  if (url.origin !== worker.location.origin) return
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = windows.find((/** @type {any} */ one) => new URL(one.url).pathname === url.pathname)
  if (!page) return worker.clients.openWindow(url.href)
  await page.focus()
  page.postMessage({ type: 'open', hash: url.hash })
}

/** Browsers need not say which subscription has ended. */
async function currentKey() {
  const response = await fetch(addressOf('api/push-subscriptions/key'))
  return response.ok ? (await response.json()).publicKey : undefined
}

/** The push service has ended the subscription: without another, no more pushes would come. @param {any} before */
async function subscribeAgain(before) {
  const key = before?.options.applicationServerKey ?? (await currentKey())
  if (!key) return
  const subscription = await worker.registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  })
  const { endpoint, keys } = subscription.toJSON()
  const language = /^ko(?![a-z])/i.test(worker.navigator.language) ? 'ko' : 'en'
  await fetch(addressOf('api/push-subscriptions'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ endpoint, keys, language }),
  })
}
