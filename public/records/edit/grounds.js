import { html } from '../../preact.js'
import { useServices } from '../../services.js'

/**
 * Each sentence with what of the observations it leans on, folded: the teacher looks where a sentence leans on nothing.
 *
 * @param {{ text: string, observations: string, sentences: readonly import('../api.js').Grounded[],
 *   onGo: (place: { start: number, end: number }) => void }} props
 */
export function Grounds({ text, observations, sentences, onGo }) {
  const { t } = useServices()
  if (sentences.length === 0) return null
  const without = sentences.filter(({ leansOn }) => leansOn.length === 0).length
  return html`
    <details class="grounds">
      <summary>${t('records.grounds.title')} ${without > 0 && html`<strong>${t('records.grounds.without', { count: without })}</strong>`}</summary>
      <ol lang="ko">
        ${sentences.map(
          sentence => html`<li key=${sentence.start} data-leans=${sentence.leansOn.length > 0 ? 'true' : 'false'}>
            <button type="button" class="link" onClick=${() => onGo(sentence)}>${text.slice(sentence.start, sentence.end)}</button>
            ${
              sentence.leansOn.length > 0
                ? sentence.leansOn.map(
                    ({ start, end }) => html`<blockquote key=${start}>${observations.slice(start, end)}</blockquote>`,
                  )
                : html`<p class="quiet">${t('records.grounds.none')}</p>`
            }
          </li>`,
        )}
      </ol>
    </details>
  `
}
