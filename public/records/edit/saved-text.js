import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { DamagedPart } from '../../task/damaged.js'
import { CopyButton } from '../../text/copy-button.js'
import { useArrival } from '../../use-arrival.js'
import { ByteMeter } from '../text/byte-meter.js'
import { FindingList } from '../text/finding-list.js'
import { MarkedText } from '../text/marked-text.js'

/** @param {{ arrived: boolean, saved: import('../api.js').Saved, limitBytes?: number, onEdit: (output: number) => void }} props */
export function SavedText({ arrived, saved, limitBytes, onEdit }) {
  const { t, date } = useServices()
  const heading = useArrival(arrived)
  return html`
    <section class="card saved-text" aria-labelledby="saved-title">
      <header>
        <h2 ref=${heading} id="saved-title" tabindex="-1">${t('records.saved.title')} <small>${t('records.output.name', { number: saved.output + 1 })}</small></h2>
        <p class="quiet">${t('records.saved.when', { date: date(saved.confirmedAt) })}</p>
      </header>
      <${ByteMeter} bytes=${saved.bytes} limitBytes=${limitBytes} />
      ${
        saved.damaged && saved.text === ''
          ? html`<${DamagedPart} />`
          : html`<div class="text" lang="ko"><${MarkedText} text=${saved.text} findings=${saved.findings} /></div>`
      }
      <${FindingList} findings=${saved.findings} />
      ${saved.despite && html`<p>${t('records.saved.despite')} <span lang="ko">${saved.despite}</span></p>`}
      ${
        saved.original &&
        saved.original !== saved.text &&
        html`<details><summary>${t('records.saved.original')}</summary><p class="text" lang="ko">${saved.original}</p></details>`
      }
      <footer>
        <${CopyButton} text=${() => saved.text} name=${t('records.saved.title')} />
        <button type="button" onClick=${() => onEdit(saved.output)}>${t('records.saved.edit')}</button>
      </footer>
    </section>
  `
}
