import { html } from '../preact.js'
import { reviewUrl } from '../route.js'
import { useServices } from '../services.js'
import { DamagedNotice } from '../task/damaged.js'
import { OutputFault } from '../task/output-fault.js'
import { Remedies } from '../task/remedies.js'
import { hasFailed } from '../task/use-task-list.js'
import { firstLine } from './diaries.js'
import { TypeMark } from './type-mark.js'

/**
 * One diary of the history: its persona, how it begins, when it was written, the state of the reply.
 *
 * @param {{ review: import('./api.js').Review, onRetry: (id: string) => Promise<void>,
 *   onRemove: (id: string) => Promise<void> }} props
 */
export function Entry({ review, onRetry, onRemove }) {
  const { t, time } = useServices()
  const { id, type, body, status, text, createdAt } = review
  const title = firstLine(body) || t('reviews.untitled')
  return html`
    <article class="diary-entry" data-status=${status}>
      ${type && html`<${TypeMark} type=${type} />`}
      <a href=${reviewUrl(id)} lang="ko">
        <b>${title}</b>
        <span>${firstLine(text)}</span>
      </a>
      <p class="when">
        ${time(createdAt)}${status !== 'completed' && html` · ${t(`entry.state.${status}`)}`}
      </p>
      ${status === 'failed' && html`<${OutputFault} output=${review} />`}
      ${review.damaged && html`<${DamagedNotice} />`}
      <${Remedies} title=${title} sure=${t('reviews.remove.sure')} onRetry=${hasFailed(review) ? () => onRetry(id) : undefined}
        onRemove=${() => onRemove(id)} />
    </article>
  `
}
