/**
 * What is said of a record in a list: of one without any text, how its task is; of the others, whether it was saved.
 *
 * @param {import('./api.js').RecordView} record
 * @returns {import('../i18n.js').MessageKey}
 */
export function recordState({ status, saved, versions }) {
  if (status === 'queued' || status === 'running') return `entry.state.${status}`
  if (saved) return 'records.history.saved'
  return versions.some(({ text }) => text) ? 'records.history.unsaved' : `entry.state.${status}`
}
