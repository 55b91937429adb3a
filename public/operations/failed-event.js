import { html, useState } from '../preact.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { DiscardForm } from './discard-form.js'
import { useOperatorServices } from './operator-context.js'
import { useOperation } from './use-operation.js'

/**
 * One failed event: what failed, how often and when, its data, and what an operator can do about it.
 *
 * @param {{ api: import('./api.js').OperationsApi, failed: import('./api.js').FailedEvent, onDone: () => void }} props
 */
export function FailedEvent({ api, failed, onDone }) {
  const { t, date, announce } = useOperatorServices()
  const { fault, attempt } = useOperation()
  const [discarding, setDiscarding] = useState(false)
  const keeping = useKeptFocus(discarding)
  const { id, handler, event, attempts, error, status } = failed

  /** @param {Promise<unknown>} operation @param {string} words */
  const settle = async (operation, words) => {
    if (!(await attempt(operation))) return
    announce(words)
    // Its buttons go with it.
    document.getElementById('failed-events-title')?.focus()
    onDone()
  }
  const redrive = () => settle(api.redrive(id), t('operations.say.redriven', { count: 1 }))
  /** @param {string} reason */
  const discard = reason => settle(api.discard(id, reason), t('operations.say.discarded'))
  const name = `${handler}, ${event.name}`
  return html`
    <article class="card failed-event" data-status=${status} aria-label=${name}>
      <h3>${handler}</h3>
      <p class="status">${t(`operations.status.${status}`)}</p>
      <p>${t('operations.about', { event: event.name, error, attempts })}</p>
      <p class="quiet">${t('operations.times', { first: date(failed.firstFailedAt), last: date(failed.lastFailedAt) })}</p>
      ${failed.settledAt && html`<p class="quiet">${t('operations.settled', { time: date(failed.settledAt) })}</p>`}
      ${failed.reason && html`<p lang="">${failed.reason}</p>`}
      <details>
        <summary>${t('operations.inspect')}</summary>
        <pre>${JSON.stringify(failed, null, 2)}</pre>
      </details>
      ${
        status === 'open' &&
        html`<div class="actions" ...${keeping}>
          ${
            discarding
              ? html`<${DiscardForm} id=${id} onDiscard=${discard} onCancel=${() => setDiscarding(false)} />`
              : html`<button type="button" aria-label="${t('operations.redrive')}: ${name}" onClick=${redrive}>${t('operations.redrive')}</button>
                <button type="button" class="quiet" aria-label="${t('operations.discard')}: ${name}" onClick=${() => setDiscarding(true)}>${t('operations.discard')}</button>`
          }
        </div>`
      }
      ${fault && html`<p class="error">${fault}</p>`}
    </article>
  `
}
