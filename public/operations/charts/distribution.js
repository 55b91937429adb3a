import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'
import { durationWords, kindWords } from '../overview/words.js'
import { Canvas } from './canvas.js'
import { Figure } from './figure.js'

/** Buckets that are shown at least, 4 per doubling. */
const leastShown = 16

/**
 * Durations: how many in each bucket of a logarithmic scale, and the percentiles estimated from them.
 *
 * @typedef {{ count: number, p50Ms: number | null, p95Ms: number | null, p99Ms: number | null }} Percentiles
 *
 * @param {{ name: string, title: string, bounds: number[], all: Percentiles & { buckets: number[] },
 *   kinds: (Percentiles & { kind: string })[] }} props
 */
export function Distribution({ name, title, bounds, all, kinds }) {
  const { t, lang } = useOperatorServices()
  const { first, last } = shown(all.buckets)
  // A label for each doubling, or for every second or fourth, as there is room.
  const labelEvery = last - first <= 20 ? 4 : last - first <= 40 ? 8 : 16
  const labels = all.buckets.slice(first, last).map((_, index) => {
    const bound = bounds[first + index - 1]
    return bound !== undefined && (first + index) % labelEvery === 1 ? durationWords(t, bound) : ''
  })
  const stack = [{ colour: '--accent', values: all.buckets.slice(first, last) }]
  /** @param {Percentiles} of */
  const cells = ({ count, p50Ms, p95Ms, p99Ms }) => [
    count.toLocaleString(lang),
    ...[p50Ms, p95Ms, p99Ms].map(ms => durationWords(t, ms)),
  ]
  const [, p50 = '', p95 = '', p99 = ''] = cells(all)
  return html`
    <${Figure} name=${name} title=${title} note=${t('operations.percentiles', { p50, p95, p99 })}
      columns=${[t('operations.count'), 'p50', 'p95', 'p99']}
      rows=${[
        ...kinds.map(kind => ({ title: kindWords(t, kind.kind), cells: cells(kind) })),
        { title: t('operations.kind.all'), cells: cells(all) },
      ]}>
      <${Canvas} name="${title}: ${t('operations.percentiles', { p50, p95, p99 })}" labels=${labels} stack=${stack} size=${0.9} />
    <//>
  `
}

/** The buckets from the first to the last that has something, with a margin. @param {number[]} buckets */
function shown(buckets) {
  const first = Math.max(0, buckets.findIndex(count => count > 0) - 2)
  const last = Math.min(buckets.length, buckets.findLastIndex(count => count > 0) + 3)
  const missing = Math.max(0, leastShown - (last - first))
  const from = Math.max(0, first - Math.ceil(missing / 2))
  return { first: from, last: Math.min(buckets.length, Math.max(last, from + leastShown)) }
}
