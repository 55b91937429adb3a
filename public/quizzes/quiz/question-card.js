import { isComposing } from '../../form/keys.js'
import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { languageOf } from '../language-of.js'

/**
 * One question with its choices. A number key chooses, as do the radio buttons' own keys.
 *
 * @param {{ question: import('../api.js').Question, chosen: number | undefined, locked: boolean,
 *   onChoose: (choice: number) => void }} props `locked`: it cannot be answered yet
 */
export function QuestionCard({ question: { index, question, choices }, chosen, locked, onChoose }) {
  const { t } = useServices()
  /** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
  const onKeyDown = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return
    const choice = Number(event.key) - 1
    if (choices[choice] === undefined) return
    event.preventDefault()
    onChoose(choice)
    event.currentTarget.querySelectorAll('input')[choice]?.focus()
  }
  return html`
    <fieldset class="card question" disabled=${locked} onKeyDown=${onKeyDown}>
      <legend><small>${t('quizzes.number', { number: index + 1 })}</small> <span lang=${languageOf(question)}>${question}</span></legend>
      ${choices.map(
        (choice, position) => html`<label key=${position} class="choice">
          <input type="radio" name="question-${index}" value=${position} checked=${position === chosen} onChange=${() => onChoose(position)} />
          <i>${position + 1}</i>
          <span lang=${languageOf(choice)}>${choice}</span>
        </label>`,
      )}
    </fieldset>
  `
}
