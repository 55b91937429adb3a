import { html } from '../../preact.js'
import { useServices } from '../../services.js'
import { inOrder } from './finding-order.js'

/** @typedef {import('../api.js').Finding} Finding */

/**
 * The findings with their reasons: forbidden ones first, then what to look at, form folded. With `onGo` each one leads to its place, with
 * `onMend` what can be mended is, with one click.
 *
 * @param {{ findings: readonly Finding[], onGo?: (finding: Finding) => void, onMend?: (finding: Finding) => void }} props
 */
export function FindingList({ findings, onGo, onMend }) {
  const { t } = useServices()
  const { forbidden, look, form } = inOrder(findings)
  return html`
    ${
      forbidden.length > 0 &&
      html`<section class="marks forbidden">
        <h3>${t('records.findings.forbidden', { count: forbidden.length })}</h3>
        <${Items} findings=${forbidden} onGo=${onGo} onMend=${onMend} />
      </section>`
    }
    ${
      look.length > 0 &&
      html`<section class="marks">
        <h3>${t('records.findings.look', { count: look.length })}</h3>
        <${Items} findings=${look} onGo=${onGo} onMend=${onMend} />
      </section>`
    }
    ${
      form.length > 0 &&
      html`<details class="marks form-findings">
        <summary>${t('records.findings.form', { count: form.length })}</summary>
        <${Items} findings=${form} onGo=${onGo} onMend=${onMend} />
      </details>`
    }
  `
}

/** @param {{ findings: readonly Finding[], onGo?: (finding: Finding) => void, onMend?: (finding: Finding) => void }} props */
function Items({ findings, onGo, onMend }) {
  const { t, pick } = useServices()
  /** A line break and a blank are nothing to see. @param {string} text */
  const shown = text => text.replace(/\s+/g, ' ').trim() || t('records.findings.blank')
  return html`
    <ul class="plain">
      ${findings.map(finding => {
        const { rule, start, text, message, source, page, replacement } = finding
        const words = shown(text)
        return html`<li key=${`${rule} ${start}`}>
          ${
            onGo
              ? html`<button type="button" class="link" aria-label=${t('records.marks.go', { text: words })} onClick=${() => onGo(finding)}><mark lang="ko">${words}</mark></button>`
              : html`<mark lang="ko">${words}</mark>`
          }
          <span>${pick(message)}</span>
          ${
            onMend &&
            replacement !== undefined &&
            html`<button type="button" class="mend" onClick=${() => onMend(finding)}>
              ${replacement.trim() ? t('records.findings.mend', { replacement: shown(replacement) }) : t('records.findings.remove')}
            </button>`
          }
          <details class="source">
            <summary>${t('records.findings.source')}</summary>
            <span lang="ko">${source}</span>${page !== null && `, ${t('records.limit.page', { page })}`}
          </details>
        </li>`
      })}
    </ul>
  `
}
