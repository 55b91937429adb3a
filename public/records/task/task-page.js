import { html, useEffect, useState } from '../../preact.js'
import { recordsUrl } from '../../route.js'
import { useServices } from '../../services.js'
import { kept } from '../../storage.js'
import { DamagedNotice } from '../../task/damaged.js'
import { NotThere } from '../../task/not-there.js'
import { StageLine, titleOf } from '../../task/stage-line.js'
import { TaskNotices } from '../../task/task-notices.js'
import { useAnnouncements } from '../../task/use-announcements.js'
import { useTask } from '../../task/use-task.js'
import { useAction } from '../../use-action.js'
import { useArrival } from '../../use-arrival.js'
import { useKeptFocus } from '../../use-kept-focus.js'
import { Editor } from '../edit/editor.js'
import { SavedText } from '../edit/saved-text.js'
import { limitOf, recordTitle } from '../record-title.js'
import { neisBytes } from '../text/neis-bytes.js'
import { plainOutputs } from '../text/plain-output.js'
import { Column } from './column.js'
import { Observations } from './observations.js'
import { Rewrite } from './rewrite.js'

/**
 * One task: its stages, its drafts side by side, the one being edited, the one saved.
 *
 * @param {{ taskId: string, arrived: boolean, limits: import('../api.js').Limits }} props
 */
export function TaskPage({ taskId, arrived, limits }) {
  const services = useServices()
  const { t, api, date, announce } = services
  const task = useTask(taskId, api.records.one)
  const { view, result: record } = task
  const { fault: actionFault, attempt } = useAction()
  const [editing, setEditing] = useEditing(taskId)
  const heading = useArrival(arrived && view.status !== undefined)
  const head = record
  const limitBytes = limitOf(record)

  const keeping = useKeptFocus(view.ended)
  const [justSaved, setJustSaved] = useState(false)

  useAnnouncements(taskId, task, {
    resumed: t('records.say.resumed'),
    output: ({ index }, status) =>
      t(`records.say.output.${status}`, {
        name: t('records.output.name', { number: index + 1 }),
        bytes: neisBytes(plainOutputs(view)[index]?.text.value ?? ''),
      }),
    ended: status => t(`records.say.task.${status}`),
  })
  useEffect(() => {
    document.title = `${t(titleOf(view))} ${recordTitle(head, limits, services)} – Conch`
  })

  if (task.fault !== undefined && view.status === undefined)
    return html`<${NotThere} fault=${task.fault} gone=${t('records.gone')} backUrl=${recordsUrl} back=${t('records.toWrite')} />`
  if (view.status === undefined) return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`

  /** @param {number | undefined} output */
  const edit = output => {
    const before = editing
    setEditing(output)
    setJustSaved(false)
    if (output === undefined && before !== undefined) document.getElementById(`edit-${before}`)?.focus()
  }
  const remove = async () => {
    await api.records.remove(taskId)
    announce(t('damaged.removed'))
    location.hash = '#history'
  }
  const outputs = plainOutputs(view)
  const edited = editing === undefined ? undefined : outputs[editing]
  return html`
    <div class="task">
      <header class="task-head">
        <div>
          <h1 ref=${heading} tabindex="-1">${recordTitle(head, limits, services) || t('records.untitled')}</h1>
          <p class="quiet">${date(new Date(view.createdAt).toISOString())}</p>
        </div>
        <div ...${keeping}>
        ${
          view.ended
            ? html`<${Rewrite} request=${record?.request} />`
            : html`<button type="button" class="stop" aria-disabled=${task.stopping ? 'true' : undefined}
                onClick=${() => task.stopping || attempt(task.stop())}>
                ${t(task.stopping ? 'task.stopping' : 'records.stopAll')}
              </button>`
        }
        </div>
      </header>
      <${StageLine} view=${view} />
      <${TaskNotices} task=${task} actionFault=${actionFault} />
      ${(view.damaged || record?.damaged) && view.ended && html`<${DamagedNotice} onRemove=${remove} />`}
      <div class="beside">
      <${Observations} request=${record?.request} open=${matchMedia(roomBeside).matches} />
      <div class="columns" data-count=${view.outputs.length} role="group" aria-label=${t('records.columns')}>
        ${outputs.map(
          output => html`<${Column} key=${output.index} output=${output} ended=${view.ended}
            version=${record?.versions.find(version => version.output === output.index)}
            emphasis=${limits.emphases[output.index]} limitBytes=${limitBytes} limit=${head?.limit}
            saved=${record?.saved?.output === output.index} editing=${editing === output.index} editable=${head !== undefined}
            onStop=${() => attempt(task.stop(output.index))} onRetry=${() => attempt(task.retry(output.index))}
            onEdit=${() => edit(output.index)} />`,
        )}
      </div>
      </div>
      ${
        edited &&
        head &&
        html`<${Editor} key=${edited.index} taskId=${taskId} output=${edited} record=${record} limitBytes=${limitBytes} ended=${view.ended}
          onClose=${() => edit(undefined)}
          onSaved=${(/** @type {import('../api.js').RecordView} */ saved) => {
            task.setResult(saved)
            setEditing(undefined)
            setJustSaved(true)
            announce(t('records.say.saved'))
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

/** As in `styles/records/task.css`. */
const roomBeside = '(min-width: 60rem)'

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
