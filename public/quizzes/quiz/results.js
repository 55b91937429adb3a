import { html, useEffect, useRef } from '../../preact.js'
import { useServices } from '../../services.js'
import { Prose } from '../../text/prose.js'
import { languageOf } from '../language-of.js'
import { resultOf } from './attempt.js'

/**
 * The last attempt: the score, each question with the right answer and why, and the attempts before.
 *
 * @param {{ quiz: import('../api.js').Quiz, arrived: boolean, onAgain: () => void }} props `arrived`: it was turned in
 *   just now, so the score gets the focus
 */
export function Results({ quiz, arrived, onAgain }) {
  const { t, date } = useServices()
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null))
  useEffect(() => {
    if (arrived) heading.current?.focus()
  }, [])
  const [last, ...earlier] = quiz.attempts.toReversed()
  if (!last) return null
  return html`
    <section class="results" aria-labelledby="score">
      <header class="card">
        <h2 ref=${heading} id="score" tabindex="-1">${t('quizzes.score', { score: last.score, total: last.total })}</h2>
        <p class="quiet">${date(last.createdAt)}</p>
        <button type="button" class="primary" onClick=${onAgain}>${t('quizzes.again')}</button>
      </header>
      <ol class="plain">
        ${quiz.questions.map(
          (question, position) => html`<li key=${question.index}>
            <${Result} question=${question} given=${last.answers[position] ?? null} />
          </li>`,
        )}
      </ol>
      ${
        earlier.length > 0 &&
        html`<section class="earlier" aria-labelledby="earlier-title">
          <h2 id="earlier-title">${t('quizzes.earlier')}</h2>
          <ol class="plain">
            ${earlier.map(({ id, score, total, createdAt }) => html`<li key=${id}><b>${t('quizzes.points', { score, total })}</b> ${date(createdAt)}</li>`)}
          </ol>
        </section>`
      }
    </section>
  `
}

/** @param {{ question: import('../api.js').Question, given: number | null }} props */
function Result({ question, given }) {
  const { t } = useServices()
  const { index, choices, answer, explanation = '' } = question
  const result = resultOf(question, given)
  return html`
    <article class="card question" data-result=${result} aria-labelledby="result-${index}">
      <p class="result"><span aria-hidden="true">${signs[result]}</span> ${t(`quizzes.result.${result}`)}</p>
      <h3 id="result-${index}"><small>${t('quizzes.number', { number: index + 1 })}</small> <span lang=${languageOf(question.question)}>${question.question}</span></h3>
      <ol class="plain">
        ${choices.map(
          (
            choice,
            position,
          ) => html`<li key=${position} class="choice" data-right=${position === answer ? 'true' : undefined} data-given=${position === given ? 'true' : undefined}>
            <i>${position + 1}</i>
            <span lang=${languageOf(choice)}>${choice}</span>
            ${position === answer && html`<strong>${t('quizzes.right')}</strong>`}
            ${position === given && html`<em>${t('quizzes.given')}</em>`}
          </li>`,
        )}
      </ol>
      <div class="explanation"><b>${t('quizzes.explanation')}</b> <${Prose} text=${explanation} ended=${true} lang=${languageOf(explanation)} /></div>
    </article>
  `
}

const signs = { right: '✓', wrong: '✗', skipped: '–' }
