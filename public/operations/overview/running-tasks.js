import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { ageWords, kindWords } from './words.js'

const stages = /** @type {const} */ ({
  queued: 'stage.queued',
  preparing: 'stage.preparing',
  generating: 'stage.generating',
  retrying: 'stage.retrying',
  saving: 'stage.saving',
  completed: 'stage.completed',
})

/** What runs now, the oldest first. @param {{ overview: import('../api.js').Overview }} props */
export function RunningTasks({ overview: { running, tasks, at } }) {
  const { t } = useOperatorServices()
  /** @param {string | null} startedAt */
  const age = startedAt => (startedAt === null ? null : Math.round((Date.parse(at) - Date.parse(startedAt)) / 1000))
  /** @param {string} stage */
  const stageWords = stage => (stage in stages ? t(stages[/** @type {keyof typeof stages} */ (stage)]) : stage)
  return html`
    <details class="card running">
      <summary>${t('operations.running', { count: tasks.running })}</summary>
      ${running.length === 0 && html`<p class="quiet">${t('operations.running.none')}</p>`}
      ${running.length < tasks.running && html`<p class="quiet">${t('operations.running.first', { count: running.length })}</p>`}
      ${
        running.length > 0 &&
        html`<div class="table" role="region" aria-label=${t('operations.running', { count: tasks.running })} tabindex="0">
          <table>
            <thead>
              <tr>
                <th scope="col">${t('operations.task')}</th>
                <th scope="col">${t('operations.kind')}</th>
                <th scope="col">${t('stage.label')}</th>
                <th scope="col">${t('operations.attempt')}</th>
                <th scope="col">${t('operations.since')}</th>
              </tr>
            </thead>
            <tbody>
              ${running.map(
                ({ id, kind, stage, attempt, startedAt }) => html`
                  <tr key=${id}>
                    <th scope="row"><code>${id}</code></th>
                    <td>${kindWords(t, kind)}</td>
                    <td>${stageWords(stage)}</td>
                    <td>${attempt}</td>
                    <td>${ageWords(t, age(startedAt))}</td>
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>`
      }
    </details>
  `
}
