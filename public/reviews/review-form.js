import { Field } from '../form/field.js'
import { isSendKey } from '../form/keys.js'
import { SendRow } from '../form/send-row.js'
import { html, useEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'
import { draft } from './diaries.js'
import { useReviewSubmission } from './use-review-submission.js'

/**
 * Asks for the diary and for whose words are wanted. Enter alone never sends: it is a new line, and the end of a
 * composed Hangul syllable.
 *
 * @param {{ arrived: boolean }} props
 */
export function ReviewForm({ arrived }) {
  const { t } = useServices()
  const heading = useArrival(arrived)
  const form = useRef(/** @type {HTMLFormElement | null} */ (null))
  const { diary, set } = useDraft()
  const { send, sending, errors, failure, mend } = useReviewSubmission(form)
  useEffect(() => mend(diary), [diary])

  /** @param {KeyboardEvent} event */
  const onKeyDown = event => {
    if (isSendKey(event)) return void send(diary)
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
  }
  /** @param {Event} event */
  const onSubmit = event => {
    event.preventDefault()
    send(diary)
  }
  const clear = () => {
    set({ body: '' })
    document.getElementById('body')?.focus()
  }

  return html`
    <form ref=${form} class="card form" novalidate onKeyDown=${onKeyDown} onSubmit=${onSubmit}>
      <h1 ref=${heading} tabindex="-1">${t('reviews.form.title')}</h1>
      <p class="lead">${t('reviews.form.lead')}</p>

      <${Field} id="body" label=${t('reviews.form.body')} hint=${t('reviews.form.body.hint')} error=${errors.body}
        control=${(
          /** @type {object} */ more,
        ) => html`<textarea ...${more} rows="10" required aria-keyshortcuts="Control+Enter"
          placeholder=${t('reviews.form.body.placeholder')} value=${diary.body}
          onInput=${(/** @type {Event & { currentTarget: HTMLTextAreaElement }} */ event) => set({ body: event.currentTarget.value })} />`} />

      <fieldset class="choices cards">
        <legend>${t('reviews.form.type')}</legend>
        ${types.map(
          type => html`<label key=${type}>
            <input type="radio" name="type" value=${type} checked=${type === diary.type} onChange=${() => set({ type })} />
            <span><b>${t(`reviews.type.${type}`)} (${t(`reviews.type.${type}.mark`)})</b> <small>${t(`reviews.type.${type}.text`)}</small></span>
          </label>`,
        )}
      </fieldset>

      <${SendRow} submit=${t('reviews.form.submit')} sending=${sending} failure=${failure} onClear=${clear} />
    </form>
  `
}

const types = /** @type {const} */ (['THINKING', 'FEELING'])

/** The form's values, kept in this tab with every change. */
function useDraft() {
  const [diary, setDiary] = useState(() => draft().read())
  // One that was left while it was sent is emptied when the server has accepted it: also the one that is shown by then.
  useEffect(() => draft().watch(setDiary), [])
  return {
    diary,
    /** @param {Partial<import('./diaries.js').Diary>} changes */
    set: changes => {
      const next = { ...diary, ...changes }
      draft().write(next)
      setDiary(next)
    },
  }
}
