import { html, useEffect, useRef, useState } from '../../preact.js'
import { Question } from '../../question.js'
import { useServices } from '../../services.js'
import { useAction } from '../../use-action.js'
import { useKeptFocus } from '../../use-kept-focus.js'
import { Progress } from '../progress.js'
import { QuestionCard } from './question-card.js'

/**
 * The questions: readable while they come, to be answered once all are there. Handing in with some left out asks
 * first.
 *
 * @param {{ questions: readonly import('../api.js').Question[], making: boolean,
 *   answers: ReturnType<typeof import('./use-answers.js').useAnswers>, arrived?: boolean,
 *   onTurnIn?: (answers: import('../api.js').Answers) => Promise<void> }} props `arrived`: the user begins again, so the
 *   first question gets the focus
 */
export function Paper({ questions, making, answers, arrived = false, onTurnIn }) {
  const { t } = useServices()
  const { chosen, choose } = answers
  const form = useRef(/** @type {HTMLFormElement | null} */ (null))
  const { fault, attempt } = useAction()
  const [sending, setSending] = useState(false)
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const open = questions.filter(({ index }) => chosen[index] === undefined)
  const answered = questions.length - open.length

  /** @param {import('../api.js').Question | undefined} question */
  const focus = question => {
    const radio = form.current?.querySelector(`[name="question-${question?.index}"]`)
    if (radio instanceof HTMLElement) radio.focus()
  }
  useEffect(() => {
    if (arrived) focus(questions[0])
  }, [])

  const turnIn = async () => {
    setAsking(false)
    if (sending || !onTurnIn) return
    setSending(true)
    const done = await attempt(onTurnIn(questions.map(({ index }) => chosen[index] ?? null)))
    if (!done) setSending(false)
  }
  /** @param {Event} event */
  const onSubmit = event => {
    event.preventDefault()
    if (open.length > 0) setAsking(true)
    else turnIn()
  }
  const goOn = () => {
    setAsking(false)
    focus(open[0])
  }
  /** Enter on a choice would hand the answers in. @param {KeyboardEvent} event */
  const onKeyDown = event => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
  }

  return html`
    <form ref=${form} class="paper" onSubmit=${onSubmit} onKeyDown=${onKeyDown} aria-busy=${making ? 'true' : 'false'}>
      ${!making && html`<p class="hint">${t('quizzes.keys')}</p>`}
      <ol class="plain" aria-label=${t('quizzes.questions')}>
        ${questions.map(
          question => html`<li key=${question.index}>
            <${QuestionCard} question=${question} chosen=${chosen[question.index]} locked=${making}
              onChoose=${(/** @type {number} */ choice) => choose(question.index, choice)} />
          </li>`,
        )}
      </ol>
      ${
        !making &&
        html`<footer class="card turn-in" ...${keeping}>
          ${fault && html`<p class="error">${t('quizzes.turnIn.failed')} ${fault}</p>`}
          ${
            asking
              ? html`<${Question} words=${t('quizzes.turnIn.sure', { count: open.length })} yes=${t('quizzes.turnIn.yes')}
                  no=${t('quizzes.turnIn.no')} onYes=${turnIn} onNo=${goOn} />`
              : html`
                <${Progress} words=${t('quizzes.answered', { count: answered, total: questions.length })} value=${answered} max=${questions.length} />
                <button type="submit" class="primary" aria-disabled=${sending ? 'true' : undefined}>${t(sending ? 'form.submitting' : 'quizzes.turnIn')}</button>`
          }
        </footer>`
      }
    </form>
  `
}
