import { html, useState } from '../../preact.js'
import { Question } from '../../question.js'
import { recordsUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { useKeptFocus } from '../../use-kept-focus.js'
import { fromRequest, savedForm } from '../write/form-values.js'

/**
 * Takes what this record was asked for back to the form; unsent notes there are replaced only if the user agrees. Says why, where
 * there is nothing to take.
 *
 * @param {{ request: import('../api.js').RecordRequest | null | undefined }} props
 */
export function Rewrite({ request }) {
  const { t } = useServices()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(asking)
  if (!request) {
    return html`
      <a class="button" href=${recordsUrl}>${t('records.toWrite')}</a>
      <p class="quiet">${t('records.rewrite.none')}</p>
    `
  }
  const rewrite = () => {
    savedForm().write(fromRequest(request))
    location.hash = recordsUrl
  }
  if (asking) {
    return html`<div class="actions" ...${keeping}>
      <${Question} words=${t('records.rewrite.sure')} yes=${t('records.rewrite.yes')} no=${t('records.rewrite.no')}
        onYes=${rewrite} onNo=${() => setAsking(false)} />
    </div>`
  }
  /** @param {Event} event */
  const onClick = event => {
    event.preventDefault()
    const { observations = '' } = savedForm().read()
    if (observations.trim() && observations !== request.observations) setAsking(true)
    else rewrite()
  }
  return html`<div class="actions" ...${keeping}>
    <a class="button" href=${recordsUrl} onClick=${onClick}>${t('records.rewrite')}</a>
  </div>`
}
