import { html, useEffect, useRef } from '../../preact.js'
import { quizUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { DamagedNotice } from '../../task/damaged.js'
import { OutputFault } from '../../task/output-fault.js'
import { Remedies } from '../../task/remedies.js'
import { languageOf } from '../language-of.js'
import { quizState } from '../quiz-state.js'
import { Making } from './making.js'

/**
 * One quiz of the list: how far it is, or how well it was taken. Its link stays when the quiz is made, and so does the focus
 * on it.
 *
 * @param {{ quiz: import('../api.js').QuizItem, fresh: boolean, followed: boolean, onEnded: () => void,
 *   onRetry: (id: string) => Promise<void>, onRemove: (id: string) => Promise<void> }} props `fresh`: it was asked for just
 *   now; `followed`: if it is being made
 */
export function Entry({ quiz, fresh, followed, onEnded, onRetry, onRemove }) {
  const { t, date } = useServices()
  const { id, topic, difficulty, questions, questionCount, attempts, bestScore, createdAt } = quiz
  const link = useRef(/** @type {HTMLAnchorElement | null} */ (null))
  useEffect(() => {
    if (fresh) link.current?.focus()
  }, [fresh])
  const title = topic || t('quizzes.untitled')
  const state = quizState(quiz)
  const empty = state === 'failed' || state === 'cancelled'
  const total = questionCount ?? questions
  const whole = state === 'making' || empty || questions === total
  return html`
    <article class="quiz-entry" data-state=${state === 'making' || empty ? state : 'made'}
      data-ready=${state === 'completed' || state === 'incomplete' ? 'true' : undefined}>
      <h3><a ref=${link} href=${quizUrl(id)} lang=${languageOf(title)}>${title}</a></h3>
      <p class="status">${t(`quizzes.state.${state}`)}</p>
      ${state === 'making' && followed && html`<${Making} taskId=${id} total=${questionCount ?? undefined} onEnded=${onEnded} />`}
      ${state === 'failed' && html`<${OutputFault} output=${quiz} />`}
      ${attempts > 0 && html`<p class="best">${t('quizzes.best', { score: bestScore ?? 0, total: questions })}</p>`}
      <p class="about">
        ${
          difficulty &&
          html`${t(`quizzes.difficulty.${difficulty}`)} · ${
            whole ? t('quizzes.count', { count: total }) : t('quizzes.progress', { count: questions, total })
          } · `
        }${date(createdAt)}
      </p>
      ${quiz.damaged && html`<${DamagedNotice} />`}
      <${Remedies} title=${title} sure=${t('quizzes.remove.sure')} onRetry=${empty ? () => onRetry(id) : undefined}
        onRemove=${() => onRemove(id)} />
    </article>
  `
}
