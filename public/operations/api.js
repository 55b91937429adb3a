import { followOverview } from './overview/follow-overview.js'

/**
 * @typedef {import('../../src/operations/api-schemas.ts').Overview} Overview
 * @typedef {'open' | 'redriven' | 'discarded'} FailedEventStatus
 * @typedef {{ id: string, handler: string, event: { name: string, data: Record<string, unknown> }, attempts: number,
 *   error: string, firstFailedAt: string, lastFailedAt: string, status: FailedEventStatus, settledAt: string | null,
 *   reason: string | null }} FailedEvent
 * @typedef {{ handler?: string, event?: string }} Selection
 * @typedef {{ count: number, withoutHandler: number }} Redriven
 *
 * @typedef {ReturnType<typeof operationsApi>} OperationsApi
 */

/** @param {import('../api.js').Call} call @param {string} token */
export function operationsApi(call, token) {
  // A value that a header cannot hold is a wrong token, like any other.
  const headers = { authorization: `Bearer ${encodeURI(token)}` }
  return {
    /** @param {AbortSignal} signal @returns {Promise<Overview>} */
    overview: signal => call('GET', '/operations/overview', { headers, signal }),
    /** As they come, until the stream breaks. @param {AbortSignal} signal */
    overviews: signal => followOverview(headers, signal),
    /**
     * @param {Selection & { status?: FailedEventStatus, limit: number }} filter
     * @param {AbortSignal} signal
     * @returns {Promise<import('../api.js').List<FailedEvent>>}
     */
    failedEvents: (filter, signal) => call('GET', `/operations/failed-events?${queryOf(filter)}`, { headers, signal }),
    /** How many `redriveAll` would redrive. @param {Selection} selection @returns {Promise<Redriven>} */
    preview: selection =>
      call('POST', '/operations/failed-events/redrive', { headers, body: { ...selection, preview: true } }),
    /** @param {Selection} selection @returns {Promise<Redriven>} */
    redriveAll: selection => call('POST', '/operations/failed-events/redrive', { headers, body: selection }),
    /** @param {string} id @returns {Promise<FailedEvent>} */
    redrive: id => call('POST', `/operations/failed-events/${id}/redrive`, { headers }),
    /** @param {string} id @param {string} reason @returns {Promise<FailedEvent>} */
    discard: (id, reason) => call('POST', `/operations/failed-events/${id}/discard`, { headers, body: { reason } }),
  }
}

/** @param {Record<string, string | number | undefined>} filter */
function queryOf(filter) {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
}
