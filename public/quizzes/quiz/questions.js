import { html, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { taken } from './attempt.js'
import { Paper } from './paper.js'
import { Results } from './results.js'
import { useAnswers } from './use-answers.js'

/**
 * The questions as they come, to be answered, or as the user answered them last.
 *
 * @param {{ taskId: string, task: import('../../task/use-task.js').TaskState<import('../api.js').Quiz> }} props
 */
export function Questions({ taskId, task }) {
  const { api } = useServices()
  const { view, result: quiz, setResult } = task
  const answers = useAnswers(taskId, view.attempt)
  // Once the user has handed in or begun again here, the focus goes to the result of that.
  const [moved, setMoved] = useState(false)

  if (!view.ended) {
    const questions = /** @type {import('../api.js').Question[]} */ (view.dataOf('data-question'))
    return html`<${Paper} questions=${questions} making answers=${answers} />`
  }
  if (!quiz || quiz.questions.length === 0) return null
  if (quiz.attempts.length > 0 && !answers.begun) {
    const again = () => {
      setMoved(true)
      answers.begin()
    }
    return html`<${Results} quiz=${quiz} arrived=${moved} onAgain=${again} />`
  }
  /** @param {import('../api.js').Answers} given */
  const turnIn = async given => {
    const marked = await api.quizzes.take(taskId, given)
    setMoved(true)
    answers.clear()
    setResult(taken(quiz, given, marked))
  }
  return html`<${Paper} questions=${quiz.questions} making=${false} answers=${answers} arrived=${moved} onTurnIn=${turnIn} />`
}
