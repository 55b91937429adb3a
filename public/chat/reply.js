import { html, useEffect, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { DamagedPart } from '../task/damaged.js'
import { OutputFault } from '../task/output-fault.js'
import { CopyButton } from '../text/copy-button.js'
import { Prose } from '../text/prose.js'
import { useAction } from '../use-action.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { LiveReply } from './live-reply.js'
import { isUnfinished } from './turns.js'

/**
 * @typedef {object} ReplyProps
 * @property {import('./turns.js').Turn} turn
 * @property {boolean} live it is being written, or is next
 * @property {boolean} last nothing comes after it, so it can be written again
 * @property {(reply: import('./turns.js').Reply) => void} onReply it has ended, or begins again
 * @property {() => Promise<void>} onStale the conversation is no longer what this page shows
 */

/**
 * The reply to a message: written, being written or waiting.
 *
 * @param {ReplyProps} props
 */
export function Reply(props) {
  const { turn, live, onReply, onStale } = props
  const { t } = useServices()
  const { status } = turn.reply
  const id = `reply-${turn.taskId}`
  const [written, setWritten] = useState(
    /** @type {import('../text/output-text.js').OutputText | undefined} */ (undefined),
  )
  // The text that grew here stays on the page as it is, with what is selected in it.
  const text = written && (live || written.value === turn.reply.content) ? written : turn.reply.content
  return html`
    <article class="partner" data-status=${status} aria-labelledby=${id} aria-busy=${live ? 'true' : 'false'}>
      <h2 id=${id}>${t('chat.partner')} ${status === 'cancelled' && html`<span class="status">${t('output.cancelled')}</span>`}</h2>
      ${text && html`<${Prose} key=${turn.taskId} text=${text} ended=${!live} status=${live ? 'running' : status} />`}
      ${live && html`<${LiveReply} turn=${turn} onText=${setWritten} onEnded=${onReply} onStale=${onStale} />`}
      ${!live && isUnfinished(turn) && html`<${Waiting} turn=${turn} onReply=${onReply} />`}
      ${!isUnfinished(turn) && html`<${Ended} ...${props} />`}
    </article>
  `
}

/** A message that waits for its turn. @param {Pick<ReplyProps, 'turn' | 'onReply'>} props */
function Waiting({ turn, onReply }) {
  const { t, api } = useServices()
  const { fault, attempt } = useAction()
  const cancel = async () => {
    const { status } = await api.cancelTask(turn.taskId)
    // If it has begun just now, the page is about to follow it, and gets its end there.
    if (status === 'cancelled') onReply({ status, content: '' })
  }
  return html`
    <p class="quiet">${t('chat.waiting')}</p>
    ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    <footer><button type="button" onClick=${() => attempt(cancel())}>${t('chat.waiting.cancel')}</button></footer>
  `
}

/** @param {ReplyProps} props */
function Ended({ turn, last, onReply, onStale }) {
  const { t, api, announce, started } = useServices()
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const { reply, taskId } = turn

  useEffect(() => {
    // Begun here, and over before the page could follow it.
    const { status } = reply
    if (status !== 'pending' && status !== 'running' && started.delete(taskId)) announce(t(`chat.say.${status}`))
  }, [])
  const retry = async () => {
    setAsking(false)
    if (!(await attempt(api.retryOutput(taskId, 0)))) return onStale()
    started.add(taskId)
    announce(t('chat.say.again'))
    onReply({ status: 'pending', content: '' })
  }
  return html`
    ${!reply.content && reply.status === 'cancelled' && html`<p class="quiet">${t('chat.reply.none')}</p>`}
    ${reply.damaged && html`<${DamagedPart} />`}
    <${OutputFault} output=${reply} />
    ${fault && html`<p class="error">${t('action.failed')} ${fault}</p>`}
    <footer ...${keeping}>
      ${
        asking
          ? html`<${Question} words=${t('output.retry.sure')} yes=${t('output.retry.yes')} no=${t('output.retry.no')}
              onYes=${retry} onNo=${() => setAsking(false)} />`
          : html`
            ${reply.content && html`<${CopyButton} text=${() => reply.content} name=${t('chat.copy.reply')} />`}
            ${last && !turn.damaged && html`<button type="button" onClick=${reply.content ? () => setAsking(true) : retry}>${t('output.retry')}</button>`}`
      }
    </footer>
  `
}
