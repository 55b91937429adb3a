import { html } from '../preact.js'
import { useServices } from '../services.js'

/** T or F, with its name for screen readers. @param {{ type: import('./api.js').ReviewType }} props */
export function TypeMark({ type }) {
  const { t } = useServices()
  const name = t(`reviews.type.${type}`)
  return html`<span class="type-mark" data-type=${type} role="img" aria-label=${name} title=${name}>${t(`reviews.type.${type}.mark`)}</span>`
}
