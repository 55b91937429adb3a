import { addressOf } from '../../base-path.js'

/** A running server sends one every two seconds. */
const silenceMs = 10_000

/**
 * The overviews that the server sends, as they come. Ends when the stream breaks or falls silent; throws when there is
 * none. Uses fetch, since EventSource cannot send the operator's token.
 *
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<import('../api.js').Overview>}
 */
export async function* followOverview(headers, signal) {
  const response = await fetch(addressOf('/api/operations/events'), {
    headers: { ...headers, accept: 'text/event-stream' },
    signal,
  })
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const silence = setTimeout(() => reader.cancel(), silenceMs)
    const { value, done } = await reader.read().finally(() => clearTimeout(silence))
    if (done) return
    const frames = (text + value).split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      if (data !== undefined) yield JSON.parse(data).data
    }
  }
}
