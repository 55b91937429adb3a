import { explainError } from '../../explain-error.js'
import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { Handlers } from './handlers.js'
import { RunningTasks } from './running-tasks.js'
import { Tiles } from './tiles.js'
import { Today } from './today.js'
import { useOverview } from './use-overview.js'

/** The overview, kept up to date. @param {{ api: import('../api.js').OperationsApi }} props */
export function OverviewSection({ api }) {
  const { t, time } = useOperatorServices()
  const { overview, live, fault } = useOverview(api)
  return html`
    <section class="overview" aria-labelledby="overview-title">
      <div class="overview-head">
        <h2 id="overview-title">${t('operations.now')}</h2>
        ${overview && html`<p class="status live" data-live=${String(live)}>${t(live ? 'operations.live' : 'operations.polled')}</p>`}
        ${overview && !live && html`<p class="quiet">${t('operations.asOf', { time: time(overview.at) })}</p>`}
      </div>
      ${fault !== undefined && html`<p class="error" role="alert">${explainError(fault, t)}</p>`}
      ${!overview && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${
        overview &&
        html`
          <${Tiles} overview=${overview} />
          <${Handlers} outbox=${overview.outbox} handlers=${overview.handlers} />
          <${RunningTasks} overview=${overview} />
          <${Today} report=${overview.today} />
        `
      }
    </section>
  `
}
