import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { QuizList } from './list/quiz-list.js'
import { QuizForm } from './make/quiz-form.js'
import { QuizPage } from './quiz/quiz-page.js'

/**
 * Quizzes: the form with the list beside it, or one of them.
 *
 * @param {{ place: import('../route.js').Place<import('../route.js').QuizzesRoute> }} props
 */
export function QuizzesPage({ place: { taskId, arrived } }) {
  if (taskId === undefined) return html`<${StartPage} arrived=${arrived} />`
  return html`<${QuizPage} key=${taskId} taskId=${taskId} arrived=${arrived} />`
}

/** A quiz is made while its owner does something else: so sending the form leads to the list. @param {{ arrived: boolean }} props */
function StartPage({ arrived }) {
  const { t } = useServices()
  const [created, setCreated] = useState(/** @type {string | undefined} */ (undefined))
  useEffect(() => {
    document.title = `${t('nav.quizzes')} – Conch`
  }, [])
  return html`
    <div class="quizzes">
      <${QuizForm} arrived=${arrived} onCreated=${setCreated} />
      <${QuizList} created=${created} />
    </div>
  `
}
