/**
 * The notice about the connection; none while the connection works.
 *
 * @param {Pick<import('./use-task.js').TaskState<unknown>, 'fault' | 'view' | 'connection'>} task
 * @param {import('../i18n.js').I18n['t']} t
 */
export function connectionNotice(task, t) {
  if (task.fault !== undefined) return t('task.unreachable')
  if (task.view.ended) return undefined
  if (task.connection === 'reconnecting') return t('task.reconnecting')
  return task.connection === 'polling' ? t('task.polling') : undefined
}
