import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { ageWords, kindWords } from './words.js'

const breakers = /** @type {const} */ ({
  closed: 'operations.breaker.closed',
  'half-open': 'operations.breaker.halfOpen',
  open: 'operations.breaker.open',
})

/** The most important figures. @param {{ overview: import('../api.js').Overview }} props */
export function Tiles({ overview }) {
  const { t } = useOperatorServices()
  const { tasks, outbox, handlers, failedEvents, upstream, process, today } = overview
  const queues = [outbox, ...handlers]
  /** @param {'waiting' | 'retrying' | 'active'} state */
  const events = state => queues.reduce((sum, queue) => sum + queue[state], 0)
  const running = tasks.kinds.filter(kind => kind.running > 0)
  return html`
    <dl class="tiles">
      <${Tile} name="queued" title=${t('operations.tile.queued')} value=${tasks.queued}
        hint=${t('operations.tile.oldest', { age: ageWords(t, tasks.oldestQueuedSeconds) })} />
      <${Tile} name="running" title=${t('operations.tile.running')} value=${tasks.running}
        hint=${running.map(({ kind, running }) => `${kindWords(t, kind)} ${running}`).join(' · ') || '–'} />
      <${Tile} name="events" title=${t('operations.tile.events')} value=${events('waiting') + events('active')}
        hint=${t('operations.tile.retrying', { count: events('retrying') })} state=${events('retrying') > 0 ? 'warn' : 'good'} />
      <${Tile} name="failed" title=${t('operations.failed')} value=${failedEvents}
        hint=${t(failedEvents > 0 ? 'operations.tile.waitForYou' : 'operations.tile.nothingFailed')} state=${failedEvents > 0 ? 'bad' : 'good'} />
      <${Tile} name="upstream" title=${t('operations.tile.upstream')} value=${t(breakers[upstream.breaker])}
        hint=${t('operations.tile.sockets', { model: upstream.model, sockets: upstream.sockets, retries: upstream.retries })}
        state=${upstream.breaker === 'closed' ? 'good' : upstream.breaker === 'open' ? 'bad' : 'warn'} />
      <${Tile} name="streams" title=${t('operations.tile.streams')} value=${process.openStreams}
        hint=${t('operations.tile.logs', { logs: process.openLogs, outputs: process.runningOutputs })} />
      <${Tile} name="process" title=${t('operations.tile.process')} value=${ageWords(t, process.uptimeSeconds)}
        hint=${t('operations.tile.connections', {
          used: process.database.open - process.database.idle,
          open: process.database.open,
          memory: Math.round(process.memoryBytes / 1024 / 1024),
        })}
        state=${process.database.waiting > 0 ? 'warn' : 'good'} />
      <${Tile} name="today" title=${t('operations.tile.today')} value=${today.total.tasks}
        hint=${t('operations.tile.rewrites', { count: today.total.rewrites })} />
    </dl>
  `
}

/**
 * @param {{ name: string, title: string, value: string | number, hint: string, state?: 'good' | 'warn' | 'bad' }} props
 */
function Tile({ name, title, value, hint, state = 'good' }) {
  const { lang } = useOperatorServices()
  return html`
    <div class="tile card" data-tile=${name} data-state=${state}>
      <dt>${title}</dt>
      <dd>${typeof value === 'number' ? value.toLocaleString(lang) : value}</dd>
      <dd class="quiet">${hint}</dd>
    </div>
  `
}
