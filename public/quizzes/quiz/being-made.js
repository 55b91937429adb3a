import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { StageLine } from '../../task/stage-line.js'
import { Progress, progressWords } from '../progress.js'

/**
 * The progress of the quiz, and a note that its owner need not wait here.
 *
 * @param {{ view: import('../../task/task-view.js').TaskView, total: number | undefined }} props
 */
export function BeingMade({ view, total }) {
  const { t } = useServices()
  const count = view.dataOf('data-question').length
  return html`
    <section class="card being-made" aria-label=${t('quizzes.state.making')}>
      <${StageLine} view=${view} />
      <${Progress} words=${progressWords(count, total, t)} value=${count} max=${total} />
      <p>${t('quizzes.leave')}</p>
    </section>
  `
}
