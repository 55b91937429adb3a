import { html, useEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'
import { kept } from '../storage.js'
import { useAction } from '../use-action.js'
import { useDraft } from '../use-draft.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { useLinkState } from '../use-link-state.js'
import { isTouch, MessageField } from './message-field.js'
import { useSending } from './use-sending.js'

/**
 * Where the next message is written, at the foot of a conversation. While a reply is being written it can be stopped
 * here, and a message waits for it or takes its place.
 *
 * A message that is being sent leaves the field at once: the conversation shows it. Until the server has accepted it, it is kept in
 * this tab; if it cannot be sent, it returns to the field, before what was typed meanwhile.
 *
 * @param {{ conversationId?: string, running?: string, focused: boolean,
 *   onPending: (content: string | undefined) => void,
 *   onAccepted: (message: import('./use-sending.js').Accepted) => void, onStale?: () => void }} props `running`: the
 *   task of the reply that is being written; `focused`: the user is about to write
 */
export function Composer({ conversationId, running, focused, onPending, onAccepted, onStale }) {
  const { t, link } = useServices()
  const unsent = useLinkState(link) === 'unsent'
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  const place = `chat:${conversationId ?? 'new'}`
  const draft = useDraft(place, '')
  /** Since it was sent; also in a field that has come in place of this one. */
  const typed = () => kept('sessionStorage', place, '').read()
  const leaving = kept('sessionStorage', `${place}:leaving`, '')
  /** @param {string} content that has not left, after all */
  const giveBack = content => {
    leaving.clear()
    if (content) draft.set([content, typed()].filter(Boolean).join('\n\n'))
  }
  const { send, sending, fault, forgive } = useSending({
    conversationId,
    onStale,
    onPending: content => {
      onPending(content)
      if (content === undefined) return void onTheirWay.delete(place)
      onTheirWay.add(place)
      leaving.write(content)
      draft.set('')
    },
    onAccepted: message => {
      leaving.clear()
      // What was typed meanwhile belongs to the conversation that has just begun.
      const next = area.current?.value ?? ''
      if (conversationId === undefined && next) {
        kept('sessionStorage', `chat:${message.conversationId}`, '').write(next)
        draft.set('')
      }
      onAccepted(message)
    },
  })
  const returned = useRef('')
  const keeping = useKeptFocus(running)
  useEffect(() => {
    if (focused) area.current?.focus({ preventScroll: true })
    // The page was loaded again while it was on its way. If it was only left, it still is.
    if (!onTheirWay.has(place)) giveBack(leaving.read())
  }, [])
  // Not when the message comes back to the field, with its fault.
  useEffect(() => {
    if (draft.text !== returned.current) forgive()
  }, [draft.text])

  /** @param {import('./api.js').OnBusy} onBusy */
  const submit = async onBusy => {
    const content = draft.text.trim()
    if ((await send({ content: draft.text }, onBusy)) === false && leaving.read()) {
      returned.current = [content, typed()].filter(Boolean).join('\n\n')
      giveBack(content)
    }
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
          ${t(sending ? (unsent ? 'form.unsent' : 'form.submitting') : running ? 'chat.send.queue' : 'chat.send')}
        </button>
      </div>
    </form>
  `
}

/** Where a message is being sent. @type {Set<string>} */
const onTheirWay = new Set()

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
