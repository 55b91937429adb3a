import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { History } from './history.js'
import { ReviewForm } from './review-form.js'
import { ReviewPage } from './review-page.js'

/**
 * Diaries and the replies to them: the form with the history beside it, or one of them.
 *
 * @param {{ place: import('../route.js').Place<import('../route.js').ReviewsRoute> }} props
 */
export function ReviewsPage({ place: { taskId, arrived } }) {
  if (taskId === undefined) return html`<${StartPage} arrived=${arrived} />`
  return html`<${ReviewPage} key=${taskId} taskId=${taskId} arrived=${arrived} />`
}

/** @param {{ arrived: boolean }} props */
function StartPage({ arrived }) {
  const { t } = useServices()
  useEffect(() => {
    document.title = `${t('nav.reviews')} – Conch`
  }, [])
  return html`
    <div class="diaries">
      <${ReviewForm} arrived=${arrived} />
      <div class="past">
        <${History} />
      </div>
    </div>
  `
}
