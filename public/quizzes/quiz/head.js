import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { useKeptFocus } from '../../use-kept-focus.js'
import { languageOf } from '../language-of.js'

/**
 * The topic of the quiz, the link back to the list, and while it is being made, the button that stops it.
 *
 * @param {{ heading: object, topic: string, head: import('../api.js').QuizHead | undefined,
 *   task: import('../../task/use-task.js').TaskState<unknown>, onStop: () => void }} props `heading`: the ref of the main one
 */
export function Head({ heading, topic, head, task, onStop }) {
  const { t, date } = useServices()
  const { view, stopping } = task
  const keeping = useKeptFocus(view.ended)
  return html`
    <header class="task-head">
      <div>
        <h1 ref=${heading} tabindex="-1" lang=${languageOf(topic)}>${topic}</h1>
        <p class="quiet">
          ${head?.difficulty && `${t(`quizzes.difficulty.${head.difficulty}`)} · ${t('quizzes.count', { count: head.questionCount ?? 0 })} · `}
          ${date(new Date(view.createdAt).toISOString())}
        </p>
      </div>
      <div class="actions" ...${keeping}>
        <a class="button" href="#quizzes">${t('quizzes.toAll')}</a>
        ${
          !view.ended &&
          html`<button type="button" class="stop" aria-disabled=${stopping ? 'true' : undefined} onClick=${() => stopping || onStop()}>
            ${t(stopping ? 'task.stopping' : 'output.stop')}
          </button>`
        }
      </div>
    </header>
  `
}
