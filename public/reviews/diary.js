import { html, useState } from '../preact.js'
import { Question } from '../question.js'
import { useServices } from '../services.js'
import { DamagedPart } from '../task/damaged.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { draft } from './diaries.js'

/**
 * The diary beside its reply. On a narrow screen a long diary is folded, so that the reply is in view.
 *
 * @param {{ diary: import('./diaries.js').Diary, ended: boolean }} props
 */
export function Diary({ diary, ended }) {
  const { t } = useServices()
  const [open] = useState(() => diary.body.length < shortLength || matchMedia(roomBeside).matches)
  return html`
    <section class="diary">
      <details open=${open}>
        <summary>${t('reviews.diary')}</summary>
        ${diary.body === '' ? html`<${DamagedPart} />` : html`<p class="text" lang="ko">${diary.body}</p>`}
      </details>
      ${ended && diary.body !== '' && html`<${Rewrite} diary=${diary} />`}
    </section>
  `
}

const shortLength = 300

/** As in `styles/reviews.css`. */
const roomBeside = '(min-width: 60rem)'

/** Takes the diary back to the form; an unsent one there is replaced only if the user agrees. @param {{ diary: import('./diaries.js').Diary }} props */
function Rewrite({ diary }) {
  const { t } = useServices()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  const rewrite = () => {
    draft().write({ body: diary.body, type: diary.type })
    location.hash = '#reviews'
  }
  if (asking) {
    return html`<div class="actions" ...${keeping}>
      <${Question} words=${t('reviews.rewrite.sure')} yes=${t('reviews.rewrite.yes')} no=${t('reviews.rewrite.no')}
        onYes=${rewrite} onNo=${() => setAsking(false)} />
    </div>`
  }
  return html`<div class="actions" ...${keeping}>
    <button type="button" onClick=${() => (draft().read().body.trim() ? setAsking(true) : rewrite())}>${t('reviews.rewrite')}</button>
  </div>`
}
