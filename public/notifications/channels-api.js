/**
 * @typedef {{ number: string, verified: boolean, damaged?: true }} Phone the number masked
 * @typedef {{ offered: boolean, phone: Phone | null }} PhoneAnswer
 * @typedef {'no-answer' | 'refused' | 'wrong-answer' | 'private-address'} WebhookFault
 * @typedef {{ url: string, createdAt: string, status: 'pending' | 'verified' | 'failed', fault: WebhookFault | null,
 *   damaged?: true }} Webhook notified only once it is verified; `fault`: why the last try did not verify it
 * @typedef {{ offered: boolean, webhook: Webhook | null }} WebhookAnswer
 * @typedef {{ offered: boolean, items: { id: string }[] }} PushAnswer
 * @typedef {ReturnType<typeof channelsApi>} ChannelsApi
 */

/** @param {import('../api.js').Call} call */
export function channelsApi(call) {
  return {
    /** @returns {Promise<PushAnswer>} */
    push: () => call('GET', '/push-subscriptions'),
    /** @returns {Promise<{ publicKey: string }>} */
    pushKey: () => call('GET', '/push-subscriptions/key'),
    /** @param {object} body @returns {Promise<{ id: string }>} */
    addPush: body => call('POST', '/push-subscriptions', { body, repeatable: true }),
    /** Resolves also for one that does not exist. @param {string} id @returns {Promise<void>} */
    removePush: id =>
      /** @type {Promise<void>} */ (call('DELETE', `/push-subscriptions/${id}`)).catch(error => {
        if (error.status !== 404) throw error
      }),

    /** @returns {Promise<PhoneAnswer>} */
    phone: () => call('GET', '/phone-number'),
    /** @param {{ number: string, language: 'ko' | 'en' }} body @returns {Promise<PhoneAnswer>} */
    setPhone: body => call('PUT', '/phone-number', { body }),
    /** @param {string} code @returns {Promise<PhoneAnswer>} */
    verifyPhone: code => call('POST', '/phone-number/verification', { body: { code } }),
    /** @returns {Promise<void>} */
    removePhone: () => call('DELETE', '/phone-number'),

    /** @returns {Promise<WebhookAnswer>} */
    webhook: () => call('GET', '/webhook'),
    /** @param {string} url @returns {Promise<{ url: string, secret?: string }>} */
    setWebhook: url => call('PUT', '/webhook', { body: { url } }),
    /** Sends another challenge. @returns {Promise<Webhook>} */
    askWebhook: () => call('POST', '/webhook/challenge'),
    /** @returns {Promise<{ secret: string }>} */
    newWebhookSecret: () => call('POST', '/webhook/secret'),
    /** @returns {Promise<void>} */
    removeWebhook: () => call('DELETE', '/webhook'),
  }
}
