import { pageQuery } from '../api.js'

/**
 * @typedef {import('../api.js').OutputStatus} OutputStatus
 * @typedef {import('../api.js').Words} Words
 * @typedef {{ rule: string, kind: 'ban' | 'form' | 'ground', strength: 'forbidden' | 'check', start: number, end: number,
 *   text: string, source: string, page: number | null, message: Words, replacement?: string }} Finding
 * @typedef {{ start: number, end: number, leansOn: { start: number, end: number }[] }} Grounded
 * @typedef {{ since: number, source: string, page: number | null, verified: 'quoted' | 'reported', assumed: boolean,
 *   note: Words | null }} LimitSource
 * @typedef {LimitSource & { characters: number, bytes: number }} Limit
 * @typedef {{ output: number, status: OutputStatus, text: string, bytes: number, overBy: number, findings: Finding[],
 *   original?: string, damaged?: true }} Version
 * @typedef {{ output: number, text: string, bytes: number, findings: Finding[], confirmedAt: string, original?: string,
 *   despite?: string | null, damaged?: true }} Saved
 * @typedef {{ id: string, status: import('../api.js').TaskStatus, error?: import('../api.js').Fault, category: string | null,
 *   schoolLevel: string, schoolYear: number | null, subject?: string | null, label?: string | null, versions: Version[], limit: Limit | null, targetBytes?: number | null,
 *   saved: Saved | null, createdAt: string, damaged?: true, request?: RecordRequest | null }} RecordView `request`: of one that is
 *   loaded alone; null if it is damaged
 * @typedef {LimitSource & { category: string, schoolLevel: string, names: Words, characters: number | null,
 *   bytes: number | null }} LimitRow
 * @typedef {{ items: LimitRow[], emphases: Words[], schoolYear: number, newestGuide: number }} Limits
 * @typedef {{ bytes: number, limit: number | null, overBy: number, findings: Finding[], sentences: Grounded[] }} Check
 * @typedef {{ category: string, schoolLevel: string, schoolYear?: number, subject?: string, observations: string, keywords?: string[], tone?: string,
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
     * @param {{ output: number, text: string, confirmed: true, despite?: string, allowOverLimit?: true }} body
     * @returns {Promise<RecordView>}
     */
    save: (id, body) => call('PUT', `/records/${id}`, { body }),
    /**
     * @param {{ category: string, schoolLevel: string, schoolYear?: number, text: string, targetBytes?: number,
     *   observations?: string, keywords?: string[] }} body
     * @param {AbortSignal} [signal]
     * @returns {Promise<Check>}
     */
    check: (body, signal) => call('POST', '/records/check', { body, signal, repeatable: true }),
  }
}
