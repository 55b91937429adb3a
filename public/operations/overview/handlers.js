import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { ageWords } from './words.js'

/**
 * How far the handlers of events have come, each with its own queue, after the outbox that fills them.
 *
 * @param {Pick<import('../api.js').Overview, 'outbox' | 'handlers'>} props
 */
export function Handlers({ outbox, handlers }) {
  const { t } = useOperatorServices()
  const rows = [{ ...outbox, name: t('operations.outbox'), failed: undefined }, ...handlers]
  return html`
    <div class="card table" role="region" aria-labelledby="handlers-title" tabindex="0">
      <table>
        <caption id="handlers-title">${t('operations.queues')}</caption>
        <thead>
          <tr>
            <th scope="col">${t('operations.handler')}</th>
            <th scope="col">${t('operations.queue.waiting')}</th>
            <th scope="col">${t('operations.queue.active')}</th>
            <th scope="col">${t('operations.queue.retrying')}</th>
            <th scope="col">${t('operations.queue.oldest')}</th>
            <th scope="col">${t('operations.queue.failed')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, waiting, active, retrying, oldestSeconds, failed }) => html`
              <tr key=${name}>
                <th scope="row">${name}</th>
                <td>${waiting}</td>
                <td>${active}</td>
                <td>${retrying}</td>
                <td>${ageWords(t, oldestSeconds)}</td>
                <td>${failed ?? '–'}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}
