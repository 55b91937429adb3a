import { html, useEffect, useLayoutEffect } from '../preact.js'
import { useServices } from '../services.js'
import { connectionNotice } from '../task/connection-notice.js'
import { NoText } from '../task/no-text.js'
import { useAnnouncements } from '../task/use-announcements.js'
import { useTask } from '../task/use-task.js'
import { OutputText } from '../text/output-text.js'
import { useIsEmpty } from '../text/use-is-empty.js'

/**
 * Follows a reply as it is written, and says what is to be said about it. Its text is for the caller to show (`onText`), since
 * it stays when the reply has ended.
 *
 * @param {{ turn: import('./turns.js').Turn, onText: (text: OutputText) => void,
 *   onEnded: (reply: import('./turns.js').Reply) => void, onStale: () => void }} props
 */
export function LiveReply({ turn, onText, onEnded, onStale }) {
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
  useLayoutEffect(() => onText(output.text), [output.text])
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
