import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'

/** @typedef {import('../api.js').Task} Task */

/**
 * The tasks of a kind that still run, perhaps from a window that was closed.
 *
 * @param {{ kind: string, title: string, nameOf: (task: Task) => string, urlOf: (taskId: string) => string }} props
 */
export function UnfinishedTasks({ kind, title, nameOf, urlOf }) {
  const { t, api, date } = useServices()
  const [tasks, setTasks] = useState(/** @type {Task[]} */ ([]))
  useEffect(() => {
    api.unfinishedTasks(kind).then(
      list => setTasks(list.items),
      () => setTasks([]), // An offer, not more: the form beside it says it when the server is away.
    )
  }, [])
  if (tasks.length === 0) return null
  return html`
    <section class="card resume" aria-labelledby="resume-title">
      <h2 id="resume-title">${title}</h2>
      <p>${t('resume.text')}</p>
      <ul class="plain">
        ${tasks.map(
          task => html`<li key=${task.id}>
            <span>
              <b>${nameOf(task)}</b>
              <small>${date(task.createdAt)}</small>
            </span>
            <a class="button" href=${urlOf(task.id)}>${t('resume.open')}</a>
          </li>`,
        )}
      </ul>
    </section>
  `
}
