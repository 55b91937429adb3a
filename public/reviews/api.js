import { pageQuery } from '../api.js'

/**
 * @typedef {'THINKING' | 'FEELING'} ReviewType
 * @typedef {{ id: string, type: ReviewType | null, body: string, status: import('../api.js').TaskStatus, text: string,
 *   createdAt: string, error?: import('../api.js').Fault, damaged?: true }} Review the id is that of its task
 *
 * @typedef {ReturnType<typeof reviewsApi>} ReviewsApi
 */

/** @param {import('../api.js').Call} call @param {import('../submit.js').Submit} submit */
export function reviewsApi(call, submit) {
  return {
    /** @param {{ body: string, type: ReviewType }} body @returns {Promise<{ taskId: string }>} */
    create: body => submit('/reviews', body),
    /** @param {string} id @returns {Promise<Review>} */
    one: id => call('GET', `/reviews/${id}`),
    /** @param {string} [cursor] @returns {Promise<import('../api.js').List<Review>>} */
    list: cursor => call('GET', `/reviews${pageQuery(cursor)}`),
    /** @param {string} id @returns {Promise<void>} */
    remove: id => call('DELETE', `/reviews/${id}`),
  }
}
