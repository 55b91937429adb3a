import { html } from '../preact.js'
import { useOperatorServices } from './operator-context.js'

/** @typedef {import('./api.js').Selection & { status?: import('./api.js').FailedEventStatus }} Filter */

const statuses = /** @type {const} */ (['open', 'redriven', 'discarded'])

/** Which failed events are shown. @param {{ filter: Filter, onFilter: (filter: Filter) => void }} props */
export function Filters({ filter, onFilter }) {
  const { t } = useOperatorServices()
  /** @param {Event} event */
  const given = event => /** @type {HTMLInputElement} */ (event.target).value.trim() || undefined
  return html`
    <div class="pair">
      <div>
        <label for="status">${t('operations.status')}</label>
        <select id="status" value=${filter.status ?? ''}
          onChange=${(/** @type {Event} */ event) => onFilter({ ...filter, status: statuses.find(status => status === given(event)) })}>
          ${statuses.map(status => html`<option key=${status} value=${status}>${t(`operations.status.${status}`)}</option>`)}
          <option value="">${t('operations.status.all')}</option>
        </select>
      </div>
      <div>
        <label for="handler">${t('operations.handler')}</label>
        <input type="text" id="handler" maxlength="100" placeholder="conversation-summary" value=${filter.handler ?? ''}
          onChange=${(/** @type {Event} */ event) => onFilter({ ...filter, handler: given(event) })} />
      </div>
      <div>
        <label for="event">${t('operations.event')}</label>
        <input type="text" id="event" maxlength="100" placeholder="turn.completed" value=${filter.event ?? ''}
          onChange=${(/** @type {Event} */ event) => onFilter({ ...filter, event: given(event) })} />
      </div>
    </div>
  `
}
