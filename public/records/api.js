import { pageQuery } from '../api.js'

/**
 * @typedef {import('../api.js').OutputStatus} OutputStatus
 * @typedef {import('../api.js').Words} Words
 * @typedef {{ start: number, end: number, text: string, reason: string, message: Words }} Mark
 * @typedef {{ characters: number, bytes: number }} Limit
 * @typedef {{ output: number, status: OutputStatus, text: string, bytes: number, overBy: number, marks: Mark[],
 *   original?: string, damaged?: true }} Version
 * @typedef {{ output: number, text: string, bytes: number, marks: Mark[], confirmedAt: string, original?: string,
 *   damaged?: true }} Saved
 * @typedef {{ id: string, status: import('../api.js').TaskStatus, error?: import('../api.js').Fault, category: string | null,
 *   subject?: string | null, label?: string | null, versions: Version[], limit: Limit | null, targetBytes?: number | null,
 *   saved: Saved | null, createdAt: string, damaged?: true, request?: RecordRequest | null }} RecordView `request`: of one that is
 *   loaded alone; null if it is damaged
 * @typedef {{ category: string, names: Words, characters: number, bytes: number, current: boolean }} LimitRow
 * @typedef {{ items: LimitRow[], emphases: Words[] }} Limits
 * @typedef {{ bytes: number, limit: number, overBy: number, marks: Mark[] }} Check
 * @typedef {{ category: string, subject?: string, observations: string, keywords?: string[], tone?: string,
 *   targetBytes?: number, versions: number, label?: string }} RecordRequest
 *
 * @typedef {ReturnType<typeof recordsApi>} RecordsApi
 */

/** @param {import('../api.js').Call} call @param {import('../submit.js').Submit} submit */
export function recordsApi(call, submit) {
  return {
    /** @param {RecordRequest} body @returns {Promise<{ taskId: string }>} */
    create: body => submit('/records', body),
    /** @param {string} id @returns {Promise<RecordView>} */
    one: id => call('GET', `/records/${id}`),
    /**
     * @param {string} [cursor]
     * @param {readonly import('../api.js').TaskStatus[]} [statuses]
     * @returns {Promise<import('../api.js').List<RecordView>>}
     */
    list: (cursor, statuses) => call('GET', `/records${pageQuery(cursor, statuses)}`),
    /** Whatever its state. @param {string} id @returns {Promise<void>} */
    remove: id => call('DELETE', `/records/${id}`),
    /**
     * @param {string} id
     * @param {{ output: number, text: string, confirmed: true, allowOverLimit?: true }} body
     * @returns {Promise<RecordView>}
     */
    save: (id, body) => call('PUT', `/records/${id}`, { body }),
    /**
     * @param {{ category: string, text: string, targetBytes?: number }} body
     * @param {AbortSignal} [signal]
     * @returns {Promise<Check>}
     */
    check: (body, signal) => call('POST', '/records/check', { body, signal, repeatable: true }),
  }
}
