import { html, useEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useDraft } from '../use-draft.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { isTouch, MessageField } from './message-field.js'
import { useSending } from './use-sending.js'

/**
 * Where the next message is written, at the foot of a conversation. While a reply is being written it can be stopped
 * here, and a message waits for it or takes its place.
 *
 * The text is kept in this tab until the server has accepted it.
 *
 * @param {{ conversationId?: string, running?: string, focused: boolean,
 *   onAccepted: (message: import('./use-sending.js').Accepted) => void, onStale?: () => void }} props `running`: the
 *   task of the reply that is being written; `focused`: the user is about to write
 */
export function Composer({ conversationId, running, focused, onAccepted, onStale }) {
  const { t } = useServices()
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const draft = useDraft(`chat:${conversationId ?? 'new'}`, '')
  const { send, sending, fault, forgive } = useSending({
    conversationId,
    onStale,
    onAccepted: message => {
      // What was typed in the meantime is the next message.
      if (area.current?.value.trim() === message.content) draft.set('')
      onAccepted(message)
    },
  })
  const keeping = useKeptFocus(running)
  useEffect(() => {
    if (focused) area.current?.focus({ preventScroll: true })
  }, [])
  useEffect(forgive, [draft.text])

  /** @param {import('./api.js').OnBusy} onBusy */
  const submit = async onBusy => {
    await send({ content: draft.text }, onBusy)
    area.current?.focus({ preventScroll: true })
  }
  const usual = () => submit(running ? 'queue' : 'reject')
  const blank = draft.text.trim() === ''
  return html`
    <form class="composer"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault()
        usual()
      }}>
      <${MessageField} id="message" label=${t('chat.message')} placeholder=${t('chat.message.placeholder')} draft=${draft}
        fault=${fault} hint=${hintOf(running, blank, t)} area=${area} onSend=${usual} />
      <div class="composer-buttons" ...${keeping}>
        ${running && html`<${StopButton} key=${running} taskId=${running} />`}
        ${running && !blank && html`<button type="button" onClick=${() => submit('cancel')}>${t('chat.send.cancel')}</button>`}
        <button type="submit" class="primary" data-focus aria-disabled=${blank || sending ? 'true' : undefined}>
          ${t(sending ? 'form.submitting' : running ? 'chat.send.queue' : 'chat.send')}
        </button>
      </div>
    </form>
  `
}

/** @param {string | undefined} running @param {boolean} blank @param {import('../i18n.js').I18n['t']} t */
function hintOf(running, blank, t) {
  // With something to send, the buttons say it.
  if (running) return blank ? t('chat.message.busy') : undefined
  return isTouch() ? undefined : t('chat.message.hint')
}

/** @param {{ taskId: string }} props */
function StopButton({ taskId }) {
  const { t, api } = useServices()
  const { fault, attempt } = useAction()
  const [stopping, setStopping] = useState(false)
  const stop = async () => {
    if (stopping) return
    setStopping(true)
    // Once it has stopped, this button is gone.
    if (!(await attempt(api.cancelTask(taskId)))) setStopping(false)
  }
  return html`
    ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    <button type="button" class="stop" aria-disabled=${stopping ? 'true' : undefined} onClick=${stop}>
      ${t(stopping ? 'task.stopping' : 'chat.stop')}
    </button>
  `
}
