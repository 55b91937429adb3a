import { html, useEffect, useRef } from '../../preact.js'
import { uPlot } from './uplot.js'
import { useColours } from './use-colours.js'

const heightPx = 170

/** Steps of an axis of counts. */
const wholeSteps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map(step => step * 10 ** power)).flat()

/**
 * @typedef {object} Bars
 * @property {string[]} labels one below each group of bars; '' leaves it out
 * @property {{ colour: string, values: readonly number[] }[]} stack from the bottom up; colours are variables of CSS
 * @property {number} size share of its room that a bar takes, 0 to 1
 */

/**
 * Stacked bars on a canvas. Screen readers get only its name: the table beside it has the values.
 *
 * @param {Bars & { name: string }} props
 */
export function Canvas({ labels, stack, size, name }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null))
  const plot = useRef(/** @type {import('uplot') | undefined} */ (undefined))
  const { scheme, colour } = useColours()
  const look = JSON.stringify([labels, stack.map(part => part.colour), size, scheme])
  const data = heightsOf(labels, stack)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const drawn = new uPlot(optionsOf({ labels, stack, size }, element, colour), data, element)
    plot.current = drawn
    const watching = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: heightPx }))
    watching.observe(element)
    // The browser fetches characters when they are first drawn, and a canvas does not redraw itself.
    const redraw = () => drawn.redraw(false, true)
    document.fonts.addEventListener('loadingdone', redraw)
    return () => {
      watching.disconnect()
      document.fonts.removeEventListener('loadingdone', redraw)
      drawn.destroy()
      plot.current = undefined
    }
  }, [look])
  useEffect(() => plot.current?.setData(data), [look, JSON.stringify(data)])

  return html`<div class="canvas" role="img" aria-label=${name} ref=${host}></div>`
}

/**
 * Each bar is drawn over the one before and reaches from the ground to its upper edge: so the topmost comes first.
 *
 * @param {readonly string[]} labels
 * @param {Bars['stack']} stack
 * @returns {import('uplot').AlignedData}
 */
function heightsOf(labels, stack) {
  const places = labels.map((_, place) => place)
  const heights = stack.map((_, top) =>
    places.map(place => stack.slice(0, top + 1).reduce((sum, { values }) => sum + (values[place] ?? 0), 0)),
  )
  return [places, ...heights.reverse()]
}

/**
 * @param {Bars} bars
 * @param {HTMLElement} element
 * @param {(variable: string) => string} colour
 * @returns {import('uplot').Options}
 */
function optionsOf({ labels, stack, size }, element, colour) {
  const font = `12px ${getComputedStyle(element).fontFamily}`
  const axis = { size: 30, stroke: colour('--soft'), font, ticks: { show: false } }
  const paths = uPlot.paths.bars?.({ size: [size, 72], radius: 0.08 })
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.5, labels.length - 0.5] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => labels.flatMap((label, place) => (label ? [place] : [])),
        values: (_, places) => places.map(place => labels[place] ?? ''),
      },
      {
        ...axis,
        grid: { stroke: colour('--line'), width: 1 },
        incrs: wholeSteps,
        size: 52,
        values: (_, values) => values.map(value => short.format(value)),
      },
    ],
    series: [
      {},
      ...stack.map(part => ({ fill: colour(part.colour), width: 0, paths, points: { show: false } })).reverse(),
    ],
  }
}

const short = new Intl.NumberFormat('en', { notation: 'compact' })
