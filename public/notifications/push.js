/**
 * This browser's push subscription, and the server's knowledge of it.
 *
 * @typedef {'unsupported' | 'denied' | 'off' | 'on'} PushState
 */

const kept = 'conch.push-subscription'

export function isSupported() {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

/** @param {readonly { id: string }[]} items the server's, of this owner @returns {Promise<PushState>} */
export async function pushState(items) {
  if (!isSupported()) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  const registration = await navigator.serviceWorker.getRegistration('/')
  const subscription = await registration?.pushManager.getSubscription()
  return subscription && items.some(({ id }) => id === localStorage.getItem(kept)) ? 'on' : 'off'
}

/**
 * Asks the user, subscribes, and tells the server. Call it when the user asks for it: browsers refuse it otherwise.
 *
 * @param {import('./channels-api.js').ChannelsApi} api
 * @param {'ko' | 'en'} language
 * @returns {Promise<PushState>}
 */
export async function turnOn(api, language) {
  if ((await Notification.requestPermission()) !== 'granted')
    return Notification.permission === 'denied' ? 'denied' : 'off'
  await navigator.serviceWorker.register('/service-worker.js')
  const { pushManager } = await navigator.serviceWorker.ready
  const { publicKey } = await api.pushKey()
  // One that was made for another server's key would be refused.
  await (await pushManager.getSubscription())?.unsubscribe()
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
  const { endpoint, keys } = subscription.toJSON()
  const { id } = await api.addPush({ endpoint, keys, language })
  localStorage.setItem(kept, id)
  return 'on'
}

/** @param {import('./channels-api.js').ChannelsApi} api @returns {Promise<PushState>} */
export async function turnOff(api) {
  const id = localStorage.getItem(kept)
  if (id) await api.removePush(id)
  localStorage.removeItem(kept)
  const registration = await navigator.serviceWorker.getRegistration('/')
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
  return 'off'
}
