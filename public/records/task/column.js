import { html, useState } from '../../preact.js'
import { Question } from '../../question.js'
import { useServices } from '../../services.js'
import { NoText } from '../../task/no-text.js'
import { OutputFault } from '../../task/output-fault.js'
import { CopyButton } from '../../text/copy-button.js'
import { GrowingText } from '../../text/growing-text.js'
import { useKeptFocus } from '../../use-kept-focus.js'
import { ByteMeter } from '../text/byte-meter.js'
import { FindingList } from '../text/finding-list.js'
import { MarkedText } from '../text/marked-text.js'
import { useBytes } from '../text/use-bytes.js'

/**
 * One draft: its text as it comes, its size, and what to do with it.
 *
 * Screen readers do not announce the text as it grows (`aria-live` off, `aria-busy`); its end is announced.
 *
 * @param {{ output: ReturnType<typeof import('../text/plain-output.js').plainOutputs>[number], version?: import('../api.js').Version, ended: boolean,
 *   emphasis?: import('../../api.js').Words, limitBytes?: number, limit?: import('../api.js').Limit | null, saved: boolean,
 *   editing: boolean, editable: boolean, onStop: () => void, onRetry: () => void, onEdit: () => void }} props
 */
export function Column(props) {
  const { output, version, ended, emphasis, limitBytes, limit, saved, editing } = props
  const { t, pick } = useServices()
  const counted = useBytes(output.text)
  // A draft that is being written again still has the version before.
  const bytes = ended ? (version?.bytes ?? counted) : counted
  const name = t('records.output.name', { number: output.index + 1 })
  const writing = !ended && (output.status === 'running' || output.status === 'pending')
  const over = limitBytes !== undefined && bytes > limitBytes
  return html`
    <section class="card column" data-status=${output.status} data-over=${over ? 'true' : undefined} data-editing=${editing ? 'true' : undefined}
      aria-labelledby="column-${output.index}" aria-busy=${writing ? 'true' : 'false'}>
      <header>
        <h2 id="column-${output.index}">${name} ${emphasis && html`<small>${pick(emphasis)}</small>`}</h2>
        <p class="status">${t(`output.${output.status}`)}</p>
        ${saved && html`<p class="status saved">${t('records.output.saved')}</p>`}
      </header>
      <${ByteMeter} bytes=${bytes} limitBytes=${limitBytes} limit=${limit} />
      <div class="text" lang="ko" aria-live="off">
        ${
          version && ended
            ? html`<${MarkedText} text=${version.text} findings=${version.findings} />`
            : html`<${GrowingText} text=${output.text} />`
        }
      </div>
      ${counted === 0 && html`<${NoText} output=${output} writing=${writing} />`}
      ${!writing && html`<${OutputFault} output=${output} />`}
      ${version && ended && html`<${FindingList} findings=${version.findings} />`}
      ${!writing && (output.marked || version?.original !== undefined) && html`<${Original} text=${ended ? version?.original : undefined} />`}
      <${Actions} ...${props} name=${name} writing=${writing} empty=${counted === 0} />
    </section>
  `
}

/** That marks were taken out, and the text with them once it is saved. @param {{ text?: string }} props */
function Original({ text }) {
  const { t } = useServices()
  if (text === undefined) return html`<p class="quiet">${t('records.unmarked')}</p>`
  return html`<details class="unmarked"><summary>${t('records.unmarked')}</summary><p class="original" lang="ko">${text}</p></details>`
}

/**
 * @param {Parameters<typeof Column>[0] & { name: string, writing: boolean, empty: boolean }} props
 */
function Actions({ output, name, writing, empty, editable, onStop, onRetry, onEdit }) {
  const { t } = useServices()
  const [asking, setAsking] = useState(false)
  const keeping = useKeptFocus(`${writing} ${asking}`)
  if (writing) {
    return html`<footer ...${keeping}><button type="button" onClick=${onStop} aria-label="${name} ${t('output.stop')}">${t('output.stop')}</button></footer>`
  }
  if (asking) {
    const retry = () => {
      setAsking(false)
      onRetry()
    }
    return html`
      <footer ...${keeping}>
        <${Question} words=${t('output.retry.sure')} yes=${t('output.retry.yes')} no=${t('output.retry.no')}
          onYes=${retry} onNo=${() => setAsking(false)} />
      </footer>
    `
  }
  return html`
    <footer ...${keeping}>
      ${
        !empty &&
        editable &&
        html`<button type="button" class="primary" id="edit-${output.index}" onClick=${onEdit} aria-label="${name} ${t('records.output.edit')}">${t('records.output.edit')}</button>`
      }
      ${!empty && html`<${CopyButton} text=${() => output.text.value} name=${name} />`}
      <button type="button" onClick=${empty ? onRetry : () => setAsking(true)} aria-label="${name} ${t('output.retry')}">${t('output.retry')}</button>
    </footer>
  `
}
