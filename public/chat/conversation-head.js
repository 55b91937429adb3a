import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useArrival } from '../use-arrival.js'
import { useKeptFocus } from '../use-kept-focus.js'

/**
 * The title of a conversation, the link back to the others, and the button that removes it.
 *
 * @param {{ title: string, arrived: boolean, onRemove: () => Promise<void> }} props
 */
export function ConversationHead({ title, arrived, onRemove }) {
  const { t } = useServices()
  const heading = useArrival(arrived)
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const remove = () => {
    setAsking(false)
    attempt(onRemove())
  }
  return html`
    <header class="chat-head">
      <a class="chat-back" href="#chat">${t('chat.toAll')}</a>
      <h1 ref=${heading} tabindex="-1">${title}</h1>
      <div class="chat-remove" ...${keeping}>
        ${
          asking
            ? html`<${Question} words=${t('chat.remove.sure')} yes=${t('chat.remove')} no=${t('chat.remove.no')}
                onYes=${remove} onNo=${() => setAsking(false)} />`
            : html`<button type="button" class="quiet" onClick=${() => setAsking(true)}>${t('chat.remove')}</button>`
        }
      </div>
      ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    </header>
  `
}
