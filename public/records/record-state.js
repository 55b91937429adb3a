/**
 * The state of a record in a list: without any text, that of its task; else, whether it was saved.
 *
 * @param {import('./api.js').RecordView} record
 * @returns {import('../i18n.js').MessageKey}
 */
export function recordState({ status, saved, versions }) {
  if (status === 'queued' || status === 'running') return `entry.state.${status}`
  if (saved) return 'records.history.saved'
  if (status === 'failed') return 'entry.state.failed'
  return versions.some(({ text }) => text) ? 'records.history.unsaved' : `entry.state.${status}`
}
