import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { kept } from '../storage.js'
import { Prose } from '../text/prose.js'
import { isUnfinished } from './turns.js'
import { usePolling } from './use-polling.js'

/** As in `styles/chat.css`. */
const roomBeside = '(min-width: 76rem)'

/**
 * The summary of the conversation. Summaries are written after the replies, in their own time, so the page polls
 * while one is missing.
 *
 * @param {{ conversation: import('./turns.js').Conversation }} props
 */
export function SummaryPanel({ conversation }) {
  const { t, date } = useServices()
  const summary = useSummary(conversation)
  const opened = kept('localStorage', 'chat-summary', /** @type {boolean | null} */ (null))
  const [open] = useState(() => opened.read() ?? matchMedia(roomBeside).matches)
  /** @param {Event & { currentTarget: HTMLDetailsElement }} event */
  const onToggle = event => {
    if (event.currentTarget.open !== open || opened.read() !== null) opened.write(event.currentTarget.open)
  }
  return html`
    <details class="chat-summary" open=${open} onToggle=${onToggle}>
      <summary>${t('chat.summary')}</summary>
      ${
        summary &&
        html`
        <div class="chat-summary-text">
          ${
            summary.text === null
              ? html`<p class="quiet">${t('chat.summary.none')}</p>`
              : html`
                <${Prose} text=${summary.text} ended=${true} />
                <p class="quiet">${reach(summary, conversation, t)} · ${summary.createdAt && date(summary.createdAt)}</p>`
          }
          ${summary.pending > 0 && html`<p class="quiet">${t('chat.summary.pending', { count: summary.pending })}</p>`}
        </div>`
      }
    </details>
  `
}

/** @param {import('./turns.js').Conversation} conversation @returns {import('./api.js').Summary | undefined} */
function useSummary({ id, turns }) {
  const { api } = useServices()
  const [summary, setSummary] = useState(/** @type {import('./api.js').Summary | undefined} */ (undefined))
  const ended = turns.filter(turn => !isUnfinished(turn)).length
  // The shown summary is still right while the server is unreachable.
  const load = () => api.chat.summary(id).then(setSummary, () => {})
  useEffect(() => void load(), [ended])
  usePolling(load, (summary?.pending ?? 0) > 0, ended)
  return summary
}

/**
 * The number of the reply that a summary reaches: known only if the conversation is loaded from its beginning.
 *
 * @param {import('./api.js').Summary} summary
 * @param {import('./turns.js').Conversation} conversation
 * @param {import('../i18n.js').I18n['t']} t
 */
function reach({ messageId, pending }, { turns, earlier }, t) {
  // The summary may come before the page knows that the reply has ended.
  const replied = turns.filter(({ taskId, reply }) => reply.content || taskId === messageId)
  const position = replied.findIndex(turn => turn.taskId === messageId)
  if (earlier === null && position >= 0) return t('chat.summary.upTo', { number: position + 1 })
  return t(pending === 0 ? 'chat.summary.all' : 'chat.summary.part')
}
