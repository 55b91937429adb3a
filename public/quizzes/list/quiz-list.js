import { LoadFault } from '../../load-fault.js'
import { html, useEffect, useRef } from '../../preact.js'
import { useServices } from '../../services.js'
import { isUnfinished, useTaskList } from '../../task/use-task-list.js'
import { quizState } from '../quiz-state.js'
import { Entry } from './entry.js'

/** At most this many are followed as they come; browsers open few connections to one server, and other tabs need some too. */
const maxFollowed = 3

/**
 * The quizzes, newest first: a quiz that is being made becomes a finished one by itself.
 *
 * @param {{ created: string | undefined }} props the task that was started last on this page: it gets the focus
 */
export function QuizList({ created }) {
  const { t, api, announce, started } = useServices()
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  const { items, fault, load, more, look, lookAgain, drop } = useTaskList(
    'quiz',
    api.quizzes.list,
    async id => itemOf(await api.quizzes.one(id)),
    quiz => {
      const state = quizState(quiz)
      if (state !== 'making' && state !== 'taken') announce(t(`quizzes.say.${state}`, { topic: quiz.topic }))
    },
  )
  useEffect(() => {
    if (created === undefined) return
    started.add(created)
    look(created)
  }, [created])

  /** @param {string} id */
  const remove = async id => {
    await api.quizzes.remove(id)
    announce(t('quizzes.say.removed'))
    heading.current?.focus()
    drop(id)
  }
  /** @param {string} id */
  const retry = async id => {
    started.add(id)
    try {
      await api.retryTask(id)
    } catch (error) {
      started.delete(id)
      throw error
    }
    lookAgain(id)
  }
  const followed = new Set((items ?? []).filter(isUnfinished).slice(0, maxFollowed))
  return html`
    <section class="quiz-list" aria-labelledby="quiz-list-title">
      <h2 ref=${heading} id="quiz-list-title" tabindex="-1">${t('quizzes.list.title')}</h2>
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${items?.length === 0 && !more && html`<p class="quiet">${t('quizzes.list.empty')}</p>`}
      <ul class="plain">
        ${items?.map(
          quiz => html`<li key=${quiz.id}>
            <${Entry} quiz=${quiz} fresh=${quiz.id === created} followed=${followed.has(quiz)}
              onEnded=${() => look(quiz.id)} onRetry=${retry} onRemove=${remove} />
          </li>`,
        )}
      </ul>
      ${fault !== undefined && html`<${LoadFault} words=${t('quizzes.list.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </section>
  `
}

/**
 * @param {import('../api.js').Quiz} quiz
 * @returns {import('../api.js').QuizItem}
 */
function itemOf({ questions, attempts, ...quiz }) {
  const bestScore = attempts.length === 0 ? null : Math.max(...attempts.map(({ score }) => score))
  return { ...quiz, questions: questions.length, attempts: attempts.length, bestScore }
}
