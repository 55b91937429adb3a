import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useKeptFocus } from '../use-kept-focus.js'

/** Removes a quiz, after a question. @param {{ topic: string, onRemove: () => Promise<void> }} props */
export function Removal({ topic, onRemove }) {
  const { t } = useServices()
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  return html`
    <div class="actions" ...${keeping}>
      ${
        asking
          ? html`<${Question} words=${t('quizzes.remove.sure')} yes=${t('quizzes.remove')} no=${t('quizzes.remove.no')}
              onYes=${() => attempt(onRemove())} onNo=${() => setAsking(false)} />`
          : html`<button type="button" class="quiet" aria-label="${t('quizzes.remove')}: ${topic}" onClick=${() => setAsking(true)}>${t('quizzes.remove')}</button>`
      }
      ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    </div>
  `
}
