import { pageQuery } from '../api.js'

/**
 * @typedef {'quiz.ready' | 'record.generated' | 'review.generated' | 'turn.completed' | 'task.failed'} Kind
 * @typedef {'in-app' | 'web-push' | 'alimtalk' | 'sms' | 'webhook'} Channel
 * @typedef {{ id: string, kind: Kind, taskId: string, createdAt: string, readAt: string | null,
 *   label: string | null, title: string, body: string, path: string }} Notification `label`: its owner's name for the thing
 * @typedef {Record<Kind, Channel[]>} Preferences
 * @typedef {{ preferences: Preferences, channels: Channel[] }} Choice `channels`: those that the server offers
 *
 * @typedef {ReturnType<typeof notificationsApi>} NotificationsApi
 */

/** @param {import('../api.js').Call} call */
export function notificationsApi(call) {
  return {
    /** @param {string} [cursor] @returns {Promise<import('../api.js').List<Notification> & { unread: number }>} */
    list: cursor => call('GET', `/notifications${pageQuery(cursor)}`),
    /** @param {string} id @returns {Promise<{ unread: number }>} */
    read: id => call('POST', `/notifications/${id}/read`, { repeatable: true }),
    /** That one and all before it. @param {string} id @returns {Promise<{ unread: number }>} */
    readUpTo: id => call('POST', '/notifications/read', { body: { upTo: id }, repeatable: true }),
    /** @returns {Promise<Choice>} */
    preferences: () => call('GET', '/notification-preferences'),
    /** @param {Preferences} preferences @returns {Promise<Choice>} */
    setPreferences: preferences => call('PUT', '/notification-preferences', { body: { preferences } }),
  }
}
