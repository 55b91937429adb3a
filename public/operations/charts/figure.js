import { html } from '../../preact.js'
import { useOperatorServices } from '../operator-context.js'

/**
 * A chart with its title, the meaning of its colours, and the same values as a table.
 *
 * @param {{ name: string, title: string, legend?: { name: string, title: string }[], note?: string,
 *   columns: string[], rows: { title: string, cells: string[] }[], children: unknown }} props
 */
export function Figure({ name, title, legend = [], note, columns, rows, children }) {
  const { t } = useOperatorServices()
  return html`
    <figure class="card chart" data-chart=${name}>
      <figcaption>${title}</figcaption>
      ${note && html`<p class="quiet">${note}</p>`}
      ${
        legend.length > 0 &&
        html`<ul class="plain legend">
          ${legend.map(part => html`<li key=${part.name} data-part=${part.name}>${part.title}</li>`)}
        </ul>`
      }
      ${children}
      <details>
        <summary aria-label="${t('operations.asTable')}: ${title}">${t('operations.asTable')}</summary>
        <div class="table" role="region" aria-label=${title} tabindex="0">
          <table>
            <thead>
              <tr>
                <th scope="col">${t('operations.kind')}</th>
                ${columns.map(column => html`<th key=${column} scope="col">${column}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${rows.map(
                row => html`
                  <tr key=${row.title}>
                    <th scope="row">${row.title}</th>
                    ${row.cells.map((cell, index) => html`<td key=${index}>${cell}</td>`)}
                  </tr>
                `,
              )}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  `
}
