import { html, useEffect, useRef } from '../../preact.js'
import { quizUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { languageOf } from '../language-of.js'
import { Removal } from '../removal.js'
import { Making } from './making.js'

/**
 * @typedef {{ id: string, createdAt: string, head?: import('../api.js').QuizHead } &
 *   ({ state: 'making' | 'failed' } | { state: 'made', quiz: import('../api.js').QuizItem })} QuizEntry
 */

/**
 * One quiz of the list: how far it has come, or how well it was taken. Its link stays when it is made, and so the focus
 * on it does.
 *
 * @param {{ entry: QuizEntry, fresh: boolean, followed: boolean, onEnded: () => void,
 *   onRemove: (id: string) => Promise<void> }} props `fresh`: it was asked for just now; `followed`: if it is being made
 */
export function Entry({ entry, fresh, followed, onEnded, onRemove }) {
  const { t, date } = useServices()
  const { id, head, createdAt, state } = entry
  const link = useRef(/** @type {HTMLAnchorElement | null} */ (null))
  useEffect(() => {
    if (fresh) link.current?.focus()
  }, [fresh])
  const topic = head?.topic ?? t('quizzes.untitled')
  return html`
    <article class="quiz-entry" data-state=${state} data-ready=${entry.state === 'made' && entry.quiz.attempts === 0 ? 'true' : undefined}>
      <h3><a ref=${link} href=${quizUrl(id)} lang=${languageOf(topic)}>${topic}</a></h3>
      <p class="status">${t(`quizzes.state.${stateOf(entry)}`)}</p>
      ${state === 'making' && followed && html`<${Making} taskId=${id} total=${head?.questionCount} onEnded=${onEnded} />`}
      ${
        entry.state === 'made' &&
        entry.quiz.bestScore !== null &&
        html`<p class="best">${t('quizzes.best', { score: entry.quiz.bestScore, total: entry.quiz.questions })}</p>`
      }
      <p class="about">
        ${head && html`${t(`quizzes.difficulty.${head.difficulty}`)} · ${countOf(entry, head, t)} · `}${date(createdAt)}
      </p>
      <${Removal} topic=${topic} onRemove=${() => onRemove(id)} />
    </article>
  `
}

/** @param {QuizEntry} entry */
function stateOf(entry) {
  if (entry.state !== 'made') return entry.state
  return entry.quiz.attempts > 0 ? 'taken' : entry.quiz.status
}

/**
 * How many questions there are, and of how many if not all.
 *
 * @param {QuizEntry} entry
 * @param {import('../api.js').QuizHead} head
 * @param {import('../../i18n.js').I18n['t']} t
 */
function countOf(entry, { questionCount }, t) {
  if (entry.state !== 'made' || entry.quiz.questions === questionCount)
    return t('quizzes.count', { count: questionCount })
  return t('quizzes.progress', { count: entry.quiz.questions, total: questionCount })
}
