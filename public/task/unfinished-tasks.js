import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'

/**
 * What is still being written, perhaps for a window that was closed.
 *
 * @template {{ id: string, createdAt: string }} Item
 * @param {{ title: string, load: () => Promise<import('../api.js').List<Item>>, nameOf: (item: Item) => string,
 *   urlOf: (taskId: string) => string }} props
 */
export function UnfinishedTasks({ title, load, nameOf, urlOf }) {
  const { t, date } = useServices()
  const [items, setItems] = useState(/** @type {Item[]} */ ([]))
  useEffect(() => {
    load().then(
      list => setItems(list.items),
      () => setItems([]), // An offer, not more: the form beside it says it when the server is away.
    )
  }, [])
  if (items.length === 0) return null
  return html`
    <section class="card resume" aria-labelledby="resume-title">
      <h2 id="resume-title">${title}</h2>
      <p>${t('resume.text')}</p>
      <ul class="plain">
        ${items.map(
          item => html`<li key=${item.id}>
            <span>
              <b>${nameOf(item)}</b>
              <small>${date(item.createdAt)}</small>
            </span>
            <a class="button" href=${urlOf(item.id)}>${t('resume.open')}</a>
          </li>`,
        )}
      </ul>
    </section>
  `
}
