import { Field } from '../form/field.js'
import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'

/** @typedef {import('./api.js').Wanted} Wanted */

const kinds = /** @type {const} */ (['record', 'review', 'conversation', 'quiz'])
const statuses = /** @type {const} */ ([
  'queued',
  'running',
  'completed',
  'confirmed',
  'incomplete',
  'cancelled',
  'failed',
])

/**
 * The filters: the words apply when they are sent, all others as soon as they are chosen.
 *
 * @param {{ wanted: Wanted, onWanted: (wanted: Wanted) => void, onClear: () => void }} props
 */
export function Filters({ wanted, onWanted, onClear }) {
  const { t } = useServices()
  const [q, setQ] = useState(wanted.q)
  useEffect(() => setQ(wanted.q), [wanted])
  /** @param {Partial<Wanted>} change */
  const change = change => onWanted({ ...wanted, q, ...change })
  /** @param {Event} event */
  const submit = event => {
    event.preventDefault()
    change({})
  }
  const all = Object.values(wanted).every(value => value === '') && q === ''
  return html`
    <form class="card" role="search" onSubmit=${submit}>
      <div class="words">
        <${Field}
          id="q" label=${t('library.search')} hint=${t('library.search.hint')}
          control=${(/** @type {object} */ attributes) => html`
            <input type="search" maxlength="100" autocomplete="off" value=${q} ...${attributes}
              onInput=${(/** @type {InputEvent} */ { target }) => setQ(chosen(target))} />`}
        />
        <button type="submit" class="primary">${t('library.search.submit')}</button>
      </div>
      <fieldset>
        <legend class="visually-hidden">${t('library.filters')}</legend>
        ${choice(
          'kind',
          t('library.kind.all'),
          kinds.map(kind => [kind, t(`library.kind.${kind}`)]),
        )}
        ${choice(
          'status',
          t('library.status.all'),
          statuses.map(status => [status, t(`library.status.${status}`)]),
        )}
        ${day('from')}
        ${day('to')}
      </fieldset>
      ${!all && html`<button type="button" class="quiet" onClick=${onClear}>${t('library.clear')}</button>`}
    </form>
  `

  /** @param {'kind' | 'status'} name @param {string} every @param {string[][]} options */
  function choice(name, every, options) {
    return html`
      <${Field}
        id=${name} label=${t(`library.${name}`)}
        control=${(/** @type {object} */ attributes) => html`
          <select ...${attributes} value=${wanted[name]}
            onChange=${(/** @type {Event} */ { target }) => change({ [name]: chosen(target) })}>
            <option value="">${every}</option>
            ${options.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
          </select>`}
      />
    `
  }

  /** @param {'from' | 'to'} name */
  function day(name) {
    return html`
      <${Field}
        id=${name} label=${t(`library.${name}`)}
        control=${(/** @type {object} */ attributes) => html`
          <input type="date" ...${attributes} value=${wanted[name]}
            onChange=${(/** @type {Event} */ { target }) => change({ [name]: chosen(target) })} />`}
      />
    `
  }
}

/** @param {EventTarget | null} target */
function chosen(target) {
  return /** @type {HTMLInputElement} */ (target).value
}
