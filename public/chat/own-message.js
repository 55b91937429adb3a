import { html, useLayoutEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'
import { DamagedPart } from '../task/damaged.js'
import { CopyButton } from '../text/copy-button.js'
import { useDraft } from '../use-draft.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { MessageField } from './message-field.js'
import { useSending } from './use-sending.js'

/**
 * @typedef {object} OwnMessageProps
 * @property {string} conversationId
 * @property {import('./turns.js').Turn} turn
 * @property {number} after how many messages of the user come after it
 * @property {(message: import('./use-sending.js').Accepted) => void} onAccepted
 * @property {() => void} onStale
 */

/**
 * A message of the user, and the button to change it.
 *
 * @param {OwnMessageProps} props
 */
export function OwnMessage(props) {
  const { turn } = props
  const { t, date } = useServices()
  const [editing, setEditing] = useState(false)
  const keeping = useKeptFocus(editing)
  const id = `own-${turn.taskId}`
  return html`
    <article class="own" aria-labelledby=${id} ...${keeping}>
      <h2 id=${id}>${t('chat.you')} <small>${date(turn.createdAt)}</small></h2>
      ${
        editing
          ? html`<${Edit} ...${props} onClose=${() => setEditing(false)} />`
          : html`
            ${turn.damaged ? html`<${DamagedPart} />` : html`<p class="text">${turn.content}</p>`}
            <footer>
              <button type="button" class="quiet" onClick=${() => setEditing(true)}>${t('chat.edit')}</button>
              ${!turn.damaged && html`<${CopyButton} text=${() => turn.content} name=${t('chat.copy.own')} />`}
            </footer>`
      }
    </article>
  `
}

/**
 * The message as a draft of another one that replaces it: its reply and what came after are then removed, and the form says so.
 *
 * @param {OwnMessageProps & { onClose: () => void }} props
 */
function Edit({ conversationId, turn, after, onAccepted, onStale, onClose }) {
  const { t } = useServices()
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const draft = useDraft(`chat-edit:${turn.taskId}`, turn.content)
  const { send, sending, fault } = useSending({
    conversationId,
    onStale,
    onAccepted: message => {
      draft.forget()
      onAccepted(message)
    },
  })
  // Before the user can type: the cursor must not move then.
  useLayoutEffect(() => {
    area.current?.focus()
    area.current?.setSelectionRange(draft.text.length, draft.text.length)
  }, [])
  // A reply that is removed with it does not count as being written; a reply to an earlier message may be.
  const submit = () => send({ content: draft.text, replaces: turn.taskId }, 'queue')
  const close = () => {
    draft.forget()
    onClose()
  }
  return html`
    <form class="message-edit"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        submit()
      }}>
      <${MessageField} id="edit-${turn.taskId}" label=${t('chat.edit.label')} draft=${draft} area=${area} fault=${fault}
        hint=${after > 0 ? t('chat.edit.goes', { count: after }) : t('chat.edit.goes.reply')} onSend=${submit} />
      <div class="composer-buttons">
        <button type="button" class="quiet" onClick=${close}>${t('chat.edit.close')}</button>
        <button type="submit" class="primary" aria-disabled=${sending ? 'true' : undefined}>
          ${t(sending ? 'form.submitting' : 'chat.edit.send')}
        </button>
      </div>
    </form>
  `
}
