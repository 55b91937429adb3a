import { Field } from '../../form/field.js'
import { isSendKey } from '../../form/keys.js'
import { SendRow } from '../../form/send-row.js'
import { html, useEffect, useRef, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { useArrival } from '../../use-arrival.js'
import { choiceCounts, difficulties, longest, questionCounts, savedForm } from './form-values.js'
import { useQuizSubmission } from './use-quiz-submission.js'

/**
 * Asks for the topic and starts the task. Enter alone never sends: a composed Hangul syllable ends with it.
 *
 * @param {{ arrived: boolean, onCreated: (taskId: string) => void }} props
 */
export function QuizForm({ arrived, onCreated }) {
  const { t } = useServices()
  const heading = useArrival(arrived)
  const form = useRef(/** @type {HTMLFormElement | null} */ (null))
  const { values, set } = useFormValues()
  const [withMaterial] = useState(values.material !== '')
  // For the next quiz: the settings stay.
  const empty = () => set({ topic: '', material: '' })
  const { send, sending, errors, failure, mend } = useQuizSubmission(form, (taskId, sent) => {
    const { topic, material } = savedForm().read()
    // Not what was typed meanwhile.
    if (topic === sent.topic && material === sent.material) empty()
    onCreated(taskId)
  })
  useEffect(() => mend(values), [values])

  /** @param {keyof import('./form-values.js').FormValues} name */
  const bind = name => ({
    value: values[name],
    /** @param {Event & { currentTarget: HTMLInputElement }} event */
    onInput: event => set({ [name]: event.currentTarget.value }),
  })
  /** @param {KeyboardEvent} event */
  const onKeyDown = event => {
    if (isSendKey(event)) return void send(values)
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
  }
  /** @param {Event} event */
  const onSubmit = event => {
    event.preventDefault()
    send(values)
  }
  const clear = () => {
    empty()
    document.getElementById('topic')?.focus()
  }

  return html`
    <form ref=${form} class="card form" novalidate onKeyDown=${onKeyDown} onSubmit=${onSubmit}>
      <h1 ref=${heading} tabindex="-1">${t('quizzes.form.title')}</h1>
      <p class="lead">${t('quizzes.form.lead')}</p>

      <${Field} id="topic" label=${t('quizzes.form.topic')} hint=${t('quizzes.form.topic.hint')} error=${errors.topic}
        control=${(/** @type {object} */ more) => html`<input ...${more} type="text" required maxlength=${longest.topic}
          autocomplete="off" aria-keyshortcuts="Control+Enter" ...${bind('topic')} />`} />

      <details open=${withMaterial}>
        <summary>${t('quizzes.form.material.add')}</summary>
        <${Field} id="material" label=${t('quizzes.form.material')} optional hint=${t('quizzes.form.material.hint')} error=${errors.material}
          control=${(/** @type {object} */ more) => html`<textarea ...${more} rows="6" aria-keyshortcuts="Control+Enter" ...${bind('material')} />`} />
      </details>

      <fieldset class="choices">
        <legend>${t('quizzes.form.difficulty')}</legend>
        ${difficulties.map(
          difficulty => html`<label key=${difficulty}>
            <input type="radio" name="difficulty" value=${difficulty} checked=${difficulty === values.difficulty} onChange=${() => set({ difficulty })} />
            <span>${t(`quizzes.difficulty.${difficulty}`)}</span>
          </label>`,
        )}
      </fieldset>

      <div class="pair">
        <${Field} id="questionCount" label=${t('quizzes.form.count')}
          control=${(/** @type {object} */ more) => html`<select ...${more} ...${bind('questionCount')}>
            ${questionCounts.map(count => html`<option key=${count} value=${count}>${t('quizzes.form.count.one', { count })}</option>`)}
          </select>`} />
        <${Field} id="choices" label=${t('quizzes.form.choices')}
          control=${(/** @type {object} */ more) => html`<select ...${more} ...${bind('choices')}>
            ${choiceCounts.map(count => html`<option key=${count} value=${count}>${t('quizzes.form.choices.one', { count })}</option>`)}
          </select>`} />
      </div>

      <${SendRow} submit=${t('quizzes.form.submit')} sending=${sending} failure=${failure} onClear=${clear} />
    </form>
  `
}

/** The form's values, kept in this tab with every change. */
function useFormValues() {
  const [values, setValues] = useState(() => savedForm().read())
  const latest = useRef(values)
  // One that was left while it was sent is emptied when the server has accepted it: also the one that is shown by then.
  useEffect(
    () =>
      savedForm().watch(next => {
        latest.current = next
        setValues(next)
      }),
    [],
  )
  return {
    values,
    /** Works also from a call that began before the last change, such as sending. @param {Partial<import('./form-values.js').FormValues>} changes */
    set: changes => {
      latest.current = { ...latest.current, ...changes }
      savedForm().write(latest.current)
      setValues(latest.current)
    },
  }
}
