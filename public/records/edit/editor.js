import { html, useEffect, useRef } from '../../preact.js'
import { useServices } from '../../services.js'
import { useDraft } from '../../use-draft.js'
import { Observations } from '../task/observations.js'
import { ByteMeter } from '../text/byte-meter.js'
import { FindingList } from '../text/finding-list.js'
import { mended } from '../text/finding-order.js'
import { neisBytes } from '../text/neis-bytes.js'
import { Confirmation } from './confirmation.js'
import { Grounds } from './grounds.js'
import { useCheck } from './use-check.js'
import { useSaving } from './use-saving.js'

/**
 * Where a draft becomes the teacher's own text: edited, checked while typing, confirmed, saved.
 *
 * The edit is kept for this tab under its task and output, until it is saved. Over the limit, the server refuses first,
 * and only then does the page offer to save it as it is.
 *
 * @param {{ taskId: string, output: { index: number, text: import('../../text/output-text.js').ReadableText }, record?: import('../api.js').RecordView,
 *   limitBytes?: number, ended: boolean, onClose: () => void,
 *   onSaved: (record: import('../api.js').RecordView) => void }} props
 */
export function Editor({ taskId, output, record, limitBytes, ended, onClose, onSaved }) {
  const { t } = useServices()
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null))
  // As a textarea has it: else the positions of the flagged passages would be off.
  const original = output.text.value.replace(/\r\n?/g, '\n')
  const before = record?.saved?.output === output.index ? record.saved.text : original
  const draft = useDraft(`draft:${taskId}:${output.index}`, before)
  const check = useCheck(record, draft.text)
  const saving = useSaving(taskId, output.index, saved => {
    draft.forget()
    onSaved(saved)
  })
  useEffect(() => area.current?.focus(), [])
  useEffect(() => saving.reconsider(), [draft.text])

  /** @param {{ start: number, end: number }} place */
  const go = place => select(area.current, place)
  /** @param {import('../api.js').Finding} finding of exactly this text */
  const mend = finding => {
    draft.set(mended(draft.text, finding))
    area.current?.focus()
  }
  const name = t('records.output.name', { number: output.index + 1 })
  return html`
    <section class="card editor" aria-labelledby="editor-title">
      <header>
        <h2 id="editor-title">${t('records.edit.title', { name })}</h2>
        <button type="button" class="quiet" onClick=${onClose}>${t('records.edit.close')}</button>
      </header>
      <${Observations} request=${record?.request} open=${true} />
      <label for="editor-text">${t('records.edit.text')}</label>
      <textarea ref=${area} id="editor-text" lang="ko" rows="10" value=${draft.text} aria-describedby="editor-meter"
        onInput=${(/** @type {Event & { currentTarget: HTMLTextAreaElement }} */ event) => draft.set(event.currentTarget.value)}></textarea>
      <div id="editor-meter">
        <${ByteMeter} bytes=${check.result?.bytes ?? neisBytes(draft.text)} limitBytes=${check.result?.limit ?? limitBytes} limit=${record?.limit} />
      </div>
      ${check.failed && html`<p class="quiet">${t('records.edit.checkFailed')}</p>`}
      <${FindingList} findings=${check.findings} onGo=${go} onMend=${check.result && mend} />
      ${check.result && html`<${Grounds} text=${draft.text} observations=${record?.request?.observations ?? ''} sentences=${check.result.sentences} onGo=${go} />`}
      ${draft.text !== original && html`<p><button type="button" class="link" onClick=${() => draft.set(original)}>${t('records.edit.reset')}</button></p>`}
      <${Confirmation} saving=${saving} text=${draft.text} waiting=${!ended || !record} onEdit=${() => area.current?.focus()} onGo=${go} />
    </section>
  `
}

/** @param {HTMLTextAreaElement | null} area @param {{ start: number, end: number }} place */
function select(area, { start, end }) {
  area?.focus()
  area?.setSelectionRange(start, end)
}
