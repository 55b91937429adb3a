import { html } from '../preact.js'
import { languageOf } from '../quizzes/language-of.js'
import { plainText } from '../records/text/plain-text.js'
import { chatUrl, quizUrl, reviewUrl, taskUrl } from '../route.js'
import { useServices } from '../services.js'
import { DamagedNotice } from '../task/damaged.js'
import { Remedies } from '../task/remedies.js'

const urls = { record: taskUrl, review: reviewUrl, quiz: quizUrl, conversation: chatUrl }

/**
 * One thing of any kind: its preview, or the place where it matches the search; for a failed one, what can be done.
 *
 * @param {{ item: import('./api.js').LibraryItem, onRetry: (item: import('./api.js').LibraryItem) => Promise<void>,
 *   onRemove: (item: import('./api.js').LibraryItem) => Promise<void> }} props
 */
export function Entry({ item, onRetry, onRemove }) {
  const { t, date } = useServices()
  const { id, kind, status, preview, match, sizes, updatedAt } = item
  const title = item.title ?? t('library.untitled')
  const failed = kind !== 'conversation' && (status === 'failed' || status === 'cancelled')
  return html`
    <article class="library-entry" data-kind=${kind}>
      <h3><a href=${urls[kind](id)} lang=${languageOf(title)}>${title}</a></h3>
      <p class="status">${t(`library.kind.${kind}`)} · ${t(`library.status.${status}`)}</p>
      ${
        match
          ? html`<p class="excerpt" lang=${languageOf(match.before + match.match)}>${match.before}<mark>${match.match}</mark>${match.after}</p>`
          : html`<p class="excerpt" lang=${languageOf(preview)}>${plainText(preview)}</p>`
      }
      ${item.damaged && html`<${DamagedNotice} name=${title} onRemove=${failed ? undefined : () => onRemove(item)} />`}
      <p class="about">${t(`library.size.${kind}`, sizes)} · ${date(updatedAt)}</p>
      ${
        failed &&
        html`<${Remedies} title=${title} sure=${t('library.remove.sure')} onRetry=${() => onRetry(item)} onRemove=${() => onRemove(item)} />`
      }
    </article>
  `
}
