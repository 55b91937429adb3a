import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { reviewUrl } from '../route.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { firstLine } from './diaries.js'
import { TypeMark } from './type-mark.js'

/**
 * One diary of the history: whose words it has, how it begins, when it was written.
 *
 * @param {{ review: import('./api.js').Review, onRemove: (id: string) => Promise<void> }} props
 */
export function Entry({ review, onRemove }) {
  const { t, time } = useServices()
  const { fault, attempt } = useAction()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const title = firstLine(review.body)
  const remove = () => {
    setAsking(false)
    attempt(onRemove(review.id))
  }
  return html`
    <article class="diary-entry">
      <${TypeMark} type=${review.type} />
      <a href=${reviewUrl(review.id)} lang="ko">
        <b>${title}</b>
        <span>${firstLine(review.text)}</span>
      </a>
      <p class="when">
        ${time(review.createdAt)}${review.status !== 'completed' && html` · ${t(`output.${review.status}`)}`}
      </p>
      <div class="actions" ...${keeping}>
        ${
          asking
            ? html`<${Question} words=${t('reviews.remove.sure')} yes=${t('reviews.remove')} no=${t('reviews.remove.no')}
                onYes=${remove} onNo=${() => setAsking(false)} />`
            : html`<button type="button" class="quiet" aria-label="${t('reviews.remove')}: ${title}" onClick=${() => setAsking(true)}>${t('reviews.remove')}</button>`
        }
      </div>
      ${fault && html`<p class="error">${fault}</p>`}
    </article>
  `
}
