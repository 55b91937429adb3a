import { addressOf } from '../base-path.js'

/**
 * This browser's push subscription, and what the server knows of it.
 *
 * @typedef {'unsupported' | 'denied' | 'off' | 'on'} PushState
 */

/** Another Conch of this host, below another path, has its own. */
const kept = () => `conch${addressOf('')}.push-subscription`

export function isSupported() {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

/**
 * Sends the subscription to the server again if the push service has changed it: its id is that of its address.
 *
 * @param {import('./channels-api.js').ChannelsApi} api
 * @param {readonly { id: string }[]} items the server's, of this owner
 * @param {'ko' | 'en'} language
 * @returns {Promise<PushState>}
 */
export async function pushState(api, items, language) {
  if (!isSupported()) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  const registration = await navigator.serviceWorker.getRegistration(addressOf('/'))
  const subscription = await registration?.pushManager.getSubscription()
  const id = localStorage.getItem(kept())
  if (!subscription || !id) return 'off'
  if (items.some(item => item.id === id)) return 'on'
  localStorage.setItem(kept(), (await added(api, subscription, language)).id)
  return 'on'
}

/** @param {import('./channels-api.js').ChannelsApi} api @param {PushSubscription} subscription @param {'ko' | 'en'} language */
function added(api, subscription, language) {
  const { endpoint, keys } = subscription.toJSON()
  return api.addPush({ endpoint, keys, language })
}

/**
 * Asks the user, subscribes, and sends the subscription to the server. Call it on a click: browsers refuse it otherwise.
 *
 * @param {import('./channels-api.js').ChannelsApi} api
 * @param {'ko' | 'en'} language
 * @returns {Promise<PushState>}
 */
export async function turnOn(api, language) {
  if ((await Notification.requestPermission()) !== 'granted')
    return Notification.permission === 'denied' ? 'denied' : 'off'
  await navigator.serviceWorker.register(addressOf('/service-worker.js'))
  const { pushManager } = await navigator.serviceWorker.ready
  const { publicKey } = await api.pushKey()
  // A subscription that was made for another server's key would be refused.
  await (await pushManager.getSubscription())?.unsubscribe()
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
  const { id } = await added(api, subscription, language)
  localStorage.setItem(kept(), id)
  return 'on'
}

/** @param {import('./channels-api.js').ChannelsApi} api @returns {Promise<PushState>} */
export async function turnOff(api) {
  const id = localStorage.getItem(kept())
  if (id) await api.removePush(id)
  localStorage.removeItem(kept())
  const registration = await navigator.serviceWorker.getRegistration(addressOf('/'))
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
  return 'off'
}
