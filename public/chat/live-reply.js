import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { connectionNotice } from '../task/connection-notice.js'
import { NoText } from '../task/no-text.js'
import { useAnnouncements } from '../task/use-announcements.js'
import { useTask } from '../task/use-task.js'
import { GrowingText } from '../text/growing-text.js'
import { OutputText } from '../text/output-text.js'
import { useIsEmpty } from '../text/use-is-empty.js'

/**
 * A reply as it is written.
 *
 * Screen readers do not announce the text as it grows (`aria-live` off, `aria-busy`); its end is announced.
 *
 * @param {{ turn: import('./turns.js').Turn, onEnded: (reply: import('./turns.js').Reply) => void,
 *   onStale: () => void }} props
 */
export function LiveReply({ turn, onEnded, onStale }) {
  const { t } = useServices()
  const task = useTask(turn.taskId, nothingElse)
  const { view } = task
  const output = view.outputs[0] ?? notKnownYet
  const empty = useIsEmpty(output.text)
  const notice = connectionNotice(task, t) ?? stageNotice(view, t)

  useAnnouncements(turn.taskId, task, {
    resumed: t('chat.say.resumed'),
    ended: status => t(`chat.say.${status}`),
  })
  useEffect(() => {
    if (!view.ended) return
    const { status, text, finishReason, error } = output
    onEnded({ status, content: text.value, finishReason, error: error ?? view.error })
  }, [view.ended])
  useEffect(() => {
    // Deleted, by another tab.
    if (task.fault instanceof Error && 'status' in task.fault && task.fault.status === 404) onStale()
  }, [task.fault])

  return html`
    ${notice && html`<div class="notice"><p>${notice}</p></div>`}
    <p class="text" data-status=${output.status} aria-live="off"><${GrowingText} text=${output.text} /></p>
    ${empty && html`<${NoText} output=${output} writing=${true} />`}
  `
}

/** Only the text of the turn is kept. */
const nothingElse = async () => undefined

const notKnownYet = {
  status: /** @type {const} */ ('running'),
  text: new OutputText(),
  finishReason: null,
  error: null,
}

/**
 * @param {import('../task/task-view.js').TaskView} view
 * @param {import('../i18n.js').I18n['t']} t
 */
function stageNotice(view, t) {
  if (view.interrupted) return t('stage.interrupted')
  return view.stages.at(-1)?.stage === 'retrying' ? t('chat.retrying') : undefined
}
