import { Refused } from '../../api.js'
import { html, useEffect } from '../../preact.js'
import { useServices } from '../../services.js'
import { useTask } from '../../task/use-task.js'
import { Progress, progressWords } from '../progress.js'

/**
 * The progress of a quiz that is being made, followed until it ends or is removed.
 *
 * @param {{ taskId: string, total?: number, onEnded: () => void }} props
 */
export function Making({ taskId, total, onEnded }) {
  const { t } = useServices()
  const { view, fault } = useTask(taskId, nothing)
  const count = view.dataOf('data-question').length
  const over = view.ended || (fault instanceof Refused && fault.status === 404)
  useEffect(() => {
    if (over) onEnded()
  }, [over])
  return html`<${Progress} words=${progressWords(count, total, t)} value=${count} max=${total} />`
}

/** The list loads how all of them ended, and with which questions, together. */
const nothing = async () => undefined
