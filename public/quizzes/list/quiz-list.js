import { LoadFault } from '../../load-fault.js'
import { html, useEffect, useRef } from '../../preact.js'
import { useServices } from '../../services.js'
import { useList } from '../../use-list.js'
import { forgetRequest, requestOf } from '../requests.js'
import { Entry } from './entry.js'
import { isMaking, maxFollowed, useUnmade } from './use-unmade.js'

/**
 * The quizzes: those being made, which come first and turn into the others by themselves, and those that are there.
 *
 * @param {{ created: string | undefined }} props the task that was started last on this page: it gets the focus
 */
export function QuizList({ created }) {
  const { t, api, announce } = useServices()
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  const { items, fault, load, more, put, drop } = useList(api.quizzes.list)
  const unmade = useUnmade({
    made: quiz => {
      put(itemOf(quiz))
      announce(t(`quizzes.say.${quiz.status}`, { topic: quiz.topic }))
    },
    failed: id => announce(t('quizzes.say.failed', { topic: requestOf(id)?.topic ?? '' })),
  })
  useEffect(() => {
    if (created === undefined) return
    unmade.add({ id: created, status: 'queued', createdAt: new Date(api.now()).toISOString() })
  }, [created])

  /** @param {string} id */
  const remove = async id => {
    await api.quizzes.remove(id)
    forgetRequest(id)
    announce(t('quizzes.say.removed'))
    heading.current?.focus()
    unmade.drop(id)
    drop(id)
  }
  const entries = entriesOf(unmade.tasks, items ?? [])
  return html`
    <section class="quiz-list" aria-labelledby="quiz-list-title">
      <h2 ref=${heading} id="quiz-list-title" tabindex="-1">${t('quizzes.list.title')}</h2>
      ${!items && fault === undefined && html`<p class="quiet" aria-busy="true">${t('list.loading')}</p>`}
      ${items && entries.length === 0 && !more && html`<p class="quiet">${t('quizzes.list.empty')}</p>`}
      <ul class="plain">
        ${entries.map(
          (entry, position) => html`<li key=${entry.id}>
            <${Entry} entry=${entry} fresh=${entry.id === created} followed=${position < maxFollowed}
              onEnded=${unmade.refresh} onRemove=${remove} />
          </li>`,
        )}
      </ul>
      ${fault !== undefined && html`<${LoadFault} words=${t('quizzes.list.failed')} fault=${fault} onAgain=${load} />`}
      ${more && fault === undefined && html`<button type="button" onClick=${load}>${t('list.more')}</button>`}
    </section>
  `
}

/**
 * Those being made first, then those that failed, then those that are there, each newest first. A quiz that is being
 * made anew is there once, as one being made; one whose making anew failed is still there as it was.
 *
 * @param {readonly import('./use-unmade.js').UnmadeTask[]} tasks
 * @param {readonly import('../api.js').QuizItem[]} quizzes
 * @returns {import('./entry.js').QuizEntry[]}
 */
function entriesOf(tasks, quizzes) {
  /** @param {string} id */
  const headOf = id => quizzes.find(quiz => quiz.id === id) ?? requestOf(id)
  const making = tasks.filter(isMaking)
  const failed = tasks.filter(task => !isMaking(task) && !quizzes.some(quiz => quiz.id === task.id))
  const made = quizzes.filter(quiz => !making.some(task => task.id === quiz.id))
  return [
    ...making.map(({ id, createdAt }) => /** @type {const} */ ({ id, createdAt, state: 'making', head: headOf(id) })),
    ...failed.map(({ id, createdAt }) => /** @type {const} */ ({ id, createdAt, state: 'failed', head: headOf(id) })),
    ...made.map(
      quiz => /** @type {const} */ ({ id: quiz.id, createdAt: quiz.createdAt, state: 'made', head: quiz, quiz }),
    ),
  ]
}

/**
 * @param {import('../api.js').Quiz} quiz
 * @returns {import('../api.js').QuizItem}
 */
function itemOf({ questions, attempts, ...quiz }) {
  const bestScore = attempts.length === 0 ? null : Math.max(...attempts.map(({ score }) => score))
  return { ...quiz, questions: questions.length, attempts: attempts.length, bestScore }
}
