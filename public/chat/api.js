import { pageQuery } from '../api.js'

/**
 * @typedef {{ role: 'user', id: string, taskId: string, content: string, createdAt: string,
 *   damaged?: true }} UserMessage
 * @typedef {{ role: 'assistant', id: string, taskId: string, content: string, createdAt: string,
 *   status: import('../api.js').OutputStatus, finishReason: string | null, error?: import('../api.js').Fault,
 *   damaged?: true }} AssistantMessage its content is empty while it is being written: then its task has it
 * @typedef {{ id: string, title: string | null, createdAt: string, updatedAt: string, damaged?: true }} Head
 * @typedef {Head & { messages: (UserMessage | AssistantMessage)[], earlier: string | null }} Messages oldest first;
 *   `earlier`: the `before` of the page before these
 * @typedef {Head & { running: string | null }} Item
 * @typedef {{ text: string | null, messageId: string | null, createdAt: string | null, pending: number }} Summary
 * @typedef {'reject' | 'queue' | 'cancel'} OnBusy what a message does while a reply is being written
 *
 * @typedef {ReturnType<typeof chatApi>} ChatApi
 */

/** @param {import('../api.js').Call} call @param {import('../submit.js').Submit} submit */
export function chatApi(call, submit) {
  return {
    /** One more, should it be made twice, is empty and shows it. @returns {Promise<Messages>} */
    create: () => submit('/conversations', {}),
    /** @param {string} [cursor] @returns {Promise<import('../api.js').List<Item>>} */
    list: cursor => call('GET', `/conversations${pageQuery(cursor)}`),
    /** @param {string} id @param {string} [before] @returns {Promise<Messages>} */
    one: (id, before) => call('GET', `/conversations/${id}${before === undefined ? '' : `?before=${before}`}`),
    /** @param {string} id @returns {Promise<void>} */
    remove: id => call('DELETE', `/conversations/${id}`),
    /**
     * @param {string} id
     * @param {{ content: string, replaces?: string }} message `replaces`: the task of the message that it replaces
     * @param {OnBusy} onBusy
     * @returns {Promise<{ taskId: string }>}
     */
    send: (id, message, onBusy) => submit(`/conversations/${id}/messages?onBusy=${onBusy}`, message),
    /** @param {string} id @returns {Promise<Summary>} */
    summary: id => call('GET', `/conversations/${id}/summary`),
  }
}
