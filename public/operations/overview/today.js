import { html } from '../../preact.js'
import { Distribution } from '../charts/distribution.js'
import { KindBars } from '../charts/kind-bars.js'
import { useOperatorServices } from '../operator-context.js'

/** What has ended today, as charts, each with its table. @param {{ report: import('../api.js').Overview['today'] }} props */
export function Today({ report }) {
  const { t } = useOperatorServices()
  const { kinds, total, bucketBoundsMs: bounds } = report
  const outcomes = /** @type {const} */ ([
    { name: 'completed', title: t('operations.outcome.completed'), colour: '--good' },
    { name: 'incomplete', title: t('operations.outcome.incomplete'), colour: '--warn' },
    { name: 'failed', title: t('operations.outcome.failed'), colour: '--bad' },
    { name: 'cancelled', title: t('operations.outcome.cancelled'), colour: '--line-strong' },
  ])
  /** @param {'ends' | 'outputs'} of */
  const byOutcome = of => outcomes.map(outcome => ({ ...outcome, values: kinds.map(kind => kind[of][outcome.name]) }))
  const tokens = [
    {
      name: 'input',
      title: t('operations.tokens.input'),
      colour: '--line-strong',
      values: kinds.map(kind => kind.inputTokens),
    },
    {
      name: 'output',
      title: t('operations.tokens.output'),
      colour: '--accent',
      values: kinds.map(kind => kind.outputTokens),
    },
  ]
  const names = kinds.map(({ kind }) => kind)
  return html`
    <h2 id="today-title">${t('operations.today')}</h2>
    <p class="lead">${t('operations.today.lead', { day: report.to })}</p>
    ${kinds.length === 0 && html`<p class="quiet">${t('operations.today.none')}</p>`}
    ${
      kinds.length > 0 &&
      html`<div class="charts">
        <${KindBars} name="tasks" title=${t('operations.chart.tasks')} kinds=${names} stack=${byOutcome('ends')} />
        <${KindBars} name="outputs" title=${t('operations.chart.outputs')} kinds=${names} stack=${byOutcome('outputs')} />
        <${KindBars} name="tokens" title=${t('operations.chart.tokens')} kinds=${names} stack=${tokens} />
        <${Distribution} name="first-token" title=${t('operations.chart.firstToken')} bounds=${bounds} all=${total.firstToken}
          kinds=${kinds.map(({ kind, firstToken }) => ({ kind, ...firstToken }))} />
        <${Distribution} name="total" title=${t('operations.chart.total')} bounds=${bounds} all=${total.total}
          kinds=${kinds.map(({ kind, total }) => ({ kind, ...total }))} />
      </div>`
    }
  `
}
