import { Editor } from '../edit/editor.js'
import { SavedText } from '../edit/saved-text.js'
import { explainError } from '../explain-error.js'
import { html, useEffect, useState } from '../preact.js'
import { limitOf, recordTitle, requestOf } from '../record-title.js'
import { useServices } from '../services.js'
import { kept } from '../storage.js'
import { useArrival } from '../use-arrival.js'
import { useKeptFocus } from '../use-kept-focus.js'
import { Column } from './column.js'
import { connectionNotice } from './connection-notice.js'
import { StageLine } from './stage-line.js'
import { useAnnouncements } from './use-announcements.js'
import { useTask } from './use-task.js'

/**
 * One task: its stages, its drafts side by side, the one being edited, the one saved.
 *
 * @param {{ taskId: string, arrived: boolean, limits: import('../api.js').Limits }} props
 */
export function TaskPage({ taskId, arrived, limits }) {
  const services = useServices()
  const { t, date, announce } = services
  const task = useTask(taskId)
  const { view, record } = task
  const [actionFault, setActionFault] = useState(/** @type {string | undefined} */ (undefined))
  const [editing, setEditing] = useEditing(taskId)
  const heading = useArrival(arrived && view.status !== undefined)
  const head = record ?? requestOf(taskId)
  const limitBytes = limitOf(head, limits)

  const keeping = useKeptFocus(view.ended)
  const [justSaved, setJustSaved] = useState(false)

  useAnnouncements(taskId, task)
  useEffect(() => {
    document.title = `${t(view.ended ? 'title.ended' : 'title.running')} ${recordTitle(head, limits, services)} – Conch`
  })

  if (task.fault !== undefined && view.status === undefined) return html`<${NotThere} fault=${task.fault} />`
  if (view.status === undefined) return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`

  /** @param {Promise<void>} action */
  const attempt = async action => {
    setActionFault(undefined)
    await action.catch(error => {
      setActionFault(explainError(error, t))
      announce(`${t('task.action.failed')} ${explainError(error, t)}`)
    })
  }
  /** @param {number | undefined} output */
  const edit = output => {
    const before = editing
    setEditing(output)
    setJustSaved(false)
    if (output === undefined && before !== undefined) document.getElementById(`edit-${before}`)?.focus()
  }
  const edited = editing === undefined ? undefined : view.outputs[editing]
  return html`
    <div class="task">
      <header class="task-head">
        <div>
          <h1 ref=${heading} tabindex="-1">${recordTitle(head, limits, services) || t('task.untitled')}</h1>
          <p class="quiet">${date(new Date(view.createdAt).toISOString())}</p>
        </div>
        <div ...${keeping}>
        ${
          view.ended
            ? html`<a class="button" href="#">${t('task.rewrite')}</a>`
            : html`<button type="button" class="stop" aria-disabled=${task.stopping ? 'true' : undefined}
                onClick=${() => task.stopping || attempt(task.stop())}>
                ${t(task.stopping ? 'task.stopping' : 'task.stopAll')}
              </button>`
        }
        </div>
      </header>
      <${StageLine} view=${view} />
      ${notices(task, actionFault, t)}
      <div class="columns" data-count=${view.outputs.length} role="group" aria-label=${t('task.columns')}>
        ${view.outputs.map(
          output => html`<${Column} key=${output.index} output=${output} ended=${view.ended}
            version=${record?.versions.find(version => version.output === output.index)}
            emphasis=${limits.emphases[output.index]} limitBytes=${limitBytes}
            saved=${record?.saved?.output === output.index} editing=${editing === output.index} editable=${head !== undefined}
            onStop=${() => attempt(task.stop(output.index))} onRetry=${() => attempt(task.retry(output.index))}
            onEdit=${() => edit(output.index)} />`,
        )}
      </div>
      ${
        edited &&
        head &&
        html`<${Editor} key=${edited.index} taskId=${taskId} output=${edited} record=${record} category=${head.category}
          limitBytes=${limitBytes} targetBytes=${head.targetBytes} ended=${view.ended}
          onClose=${() => edit(undefined)}
          onSaved=${(/** @type {import('../api.js').RecordView} */ saved) => {
            task.setRecord(saved)
            setEditing(undefined)
            setJustSaved(true)
            announce(t('say.saved'))
          }} />`
      }
      ${
        record?.saved &&
        !edited &&
        html`<${SavedText} arrived=${justSaved} saved=${record.saved} limitBytes=${limitBytes} onEdit=${(/** @type {number} */ output) => edit(output)} />`
      }
    </div>
  `
}

/** The output whose text is being edited: it is open again after a reload. @param {string} taskId */
function useEditing(taskId) {
  const store = kept('sessionStorage', `editing:${taskId}`, /** @type {number | null} */ (null))
  const [editing, setEditing] = useState(() => store.read() ?? undefined)
  /** @param {number | undefined} output */
  const set = output => {
    if (output === undefined) store.clear()
    else store.write(output)
    setEditing(output)
  }
  return /** @type {const} */ ([editing, set])
}

/**
 * @param {import('./use-task.js').TaskState} task
 * @param {string | undefined} actionFault
 * @param {import('../i18n.js').I18n['t']} t
 */
function notices(task, actionFault, t) {
  const { view } = task
  const connection = connectionNotice(task, t)
  return html`
    ${actionFault && html`<div class="notice bad"><p><strong>${t('task.action.failed')}</strong> ${actionFault}</p></div>`}
    ${connection && html`<div class="notice"><p>${connection}</p></div>`}
    ${!view.ended && view.interrupted && html`<div class="notice"><p>${t('stage.interrupted')}</p></div>`}
    ${view.status === 'failed' && html`<div class="notice bad"><p>${t('task.failed')}</p></div>`}
    ${view.status === 'cancelled' && html`<div class="notice"><p>${t('task.cancelled')}</p></div>`}
  `
}

/** @param {{ fault: unknown }} props */
function NotThere({ fault }) {
  const { t, announce } = useServices()
  const gone = fault instanceof Error && 'status' in fault && fault.status === 404
  useEffect(() => announce(gone ? t('task.gone') : t('task.unreachable')), [gone])
  return html`
    <div class="notice bad">
      <h1>${gone ? t('task.gone') : t('load.failed')}</h1>
      <p>${gone ? t('task.gone.advice') : `${explainError(fault, t)} ${t('task.unreachable')}`}</p>
      <a class="button" href="#">${t('task.toWrite')}</a>
    </div>
  `
}
