import { Field } from '../../form/field.js'
import { isSendKey } from '../../form/keys.js'
import { SendRow } from '../../form/send-row.js'
import { html, useEffect, useRef } from '../../preact.js'
import { useServices } from '../../services.js'
import { useArrival } from '../../use-arrival.js'
import { LimitSource } from '../text/limit-source.js'
import { categoryAt, chosenPart, chosenYear, offeredParts } from './chosen-part.js'
import { useFormValues } from './use-form-values.js'
import { useRecordSubmission } from './use-record-submission.js'

/**
 * Asks for the observations and starts the task. Enter alone never sends: a composed Hangul syllable ends with it. Without any
 * script a form of the method `dialog` outside of one does nothing (HTML, 4.10.22.3): it never leads away.
 *
 * @param {{ arrived: boolean, limits: import('../api.js').Limits }} props
 */
export function RecordForm({ arrived, limits }) {
  const services = useServices()
  const { t, pick } = services
  const heading = useArrival(arrived)
  const form = useRef(/** @type {HTMLFormElement | null} */ (null))
  const { send, sending, errors, failure, mend } = useRecordSubmission(limits, form)
  const { values, set, clear } = useFormValues(send, limits.schoolYear)
  useEffect(() => mend(values), [values])
  const parts = offeredParts(limits, values)
  const limit = chosenPart(limits, values)
  const named = values.category === 'subject' || values.category === 'club' ? values.category : undefined

  const years = [...new Set([0, 1, 2, 3].map(ago => limits.schoolYear - ago).concat(chosenYear(limits, values)))]

  /** @param {keyof import('./form-values.js').FormValues} name */
  const bind = name => ({
    value: values[name],
    /** @param {Event & { currentTarget: HTMLInputElement }} event */
    onInput: event => set({ [name]: event.currentTarget.value }),
  })
  /** @param {KeyboardEvent} event */
  const onKeyDown = event => {
    if (event.key !== 'Enter') return
    if (isSendKey(event)) return void send(values)
    if (event.target instanceof HTMLInputElement) event.preventDefault()
  }
  /** @param {Event} event */
  const onSubmit = event => {
    event.preventDefault()
    send(values)
  }

  return html`
    <form ref=${form} class="card form" method="dialog" autocomplete="off" novalidate onKeyDown=${onKeyDown}
      onSubmit=${onSubmit}>
      <h1 ref=${heading} tabindex="-1">${t('records.form.title')}</h1>
      <p class="lead">${t('records.form.lead')}</p>

      <div class="pair">
        <${Field} id="schoolLevel" label=${t('records.form.level')} error=${errors.schoolLevel}
          control=${(/** @type {object} */ more) => html`<select ...${more} value=${values.schoolLevel}
            onInput=${(
              /** @type {Event & { currentTarget: HTMLSelectElement }} */ { currentTarget: { value: schoolLevel } },
            ) => set({ schoolLevel, category: categoryAt(limits, { ...values, schoolLevel }) })}>
              ${levels.map(level => html`<option key=${level} value=${level}>${t(`records.level.${level}`)}</option>`)}
            </select>`} />
        <${Field} id="schoolYear" label=${t('records.form.year')} hint=${t('records.form.year.hint')} error=${errors.schoolYear}
          control=${(
            /** @type {object} */ more,
          ) => html`<select ...${more} ...${bind('schoolYear')} value=${String(chosenYear(limits, values))}>
              ${years.map(year => html`<option key=${year} value=${String(year)}>${t('records.form.year.one', { year: String(year) })}</option>`)}
            </select>`} />
      </div>

      <fieldset class="choices">
        <legend>${t('records.form.category')}</legend>
        ${parts.map(
          row => html`<label key=${row.category}>
            <input type="radio" name="category" value=${row.category} checked=${row.category === values.category}
              onChange=${() => set({ category: row.category })} />
            <span>${pick(row.names)} <small>${row.bytes === null ? t('records.form.limit.none') : t('records.form.limit', { bytes: row.bytes })}</small></span>
          </label>`,
        )}
      </fieldset>
      ${limit && html`<${LimitSource} limit=${limit} />`}

      <div class="pair">
        ${
          named &&
          html`<${Field} id="subject" label=${t(`records.form.${named}`)} hint=${t(`records.form.${named}.hint`)} error=${errors.subject}
            control=${(/** @type {object} */ more) => html`<input ...${more} type="text" maxlength="100" autocomplete="off" ...${bind('subject')} />`} />`
        }
        <${Field} id="label" label=${t('records.form.label')} optional hint=${t('records.form.label.hint')} error=${errors.label}
          control=${(/** @type {object} */ more) => html`<input ...${more} type="text" maxlength="50" autocomplete="off" ...${bind('label')} />`} />
      </div>

      <${Field} id="observations" label=${t('records.form.observations')} hint=${t('records.form.observations.hint')} error=${errors.observations}
        control=${(
          /** @type {object} */ more,
        ) => html`<textarea ...${more} rows="8" required aria-keyshortcuts="Control+Enter"
          placeholder=${t('records.form.observations.placeholder')} ...${bind('observations')} />`} />

      <details open=${Boolean(values.keywords || values.tone || values.targetBytes || errors.keywords || errors.tone || errors.targetBytes)}>
        <summary>${t('records.form.more')}</summary>
        <div class="pair">
          <${Field} id="keywords" label=${t('records.form.keywords')} hint=${t('records.form.keywords.hint')} error=${errors.keywords}
            control=${(/** @type {object} */ more) => html`<input ...${more} type="text" autocomplete="off" ...${bind('keywords')} />`} />
          <${Field} id="tone" label=${t('records.form.tone')} error=${errors.tone}
            control=${(/** @type {object} */ more) => html`<select ...${more} ...${bind('tone')}>
              <option value="">${t('records.form.tone.default')}</option>
              <option value=${t('records.form.tone.plain.value')}>${t('records.form.tone.plain')}</option>
              <option value=${t('records.form.tone.warm.value')}>${t('records.form.tone.warm')}</option>
              <option value=${t('records.form.tone.analytic.value')}>${t('records.form.tone.analytic')}</option>
            </select>`} />
        </div>
        <div class="pair">
          <${Field} id="targetBytes" label=${t('records.form.target')} hint=${limit?.bytes ? t('records.form.target.hint', { bytes: limit.bytes }) : t('records.form.target.hint.none')} error=${errors.targetBytes}
            control=${(/** @type {object} */ more) => html`<input ...${more} type="text" inputmode="numeric" autocomplete="off" ...${bind('targetBytes')} />`} />
          <fieldset class="choices small">
            <legend>${t('records.form.versions')}</legend>
            ${['1', '2', '3', '4', '5'].map(
              count => html`<label key=${count}>
                <input type="radio" name="versions" value=${count} checked=${count === values.versions} onChange=${() => set({ versions: count })} />
                <span>${t('records.form.versions.one', { count })}</span>
              </label>`,
            )}
          </fieldset>
        </div>
      </details>

      <${SendRow} submit=${t('records.form.submit')} sending=${sending} failure=${failure} onClear=${clear} />
    </form>
  `
}

const levels = /** @type {const} */ (['high', 'middle', 'elementary'])
