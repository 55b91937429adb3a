import { type Body, UpstreamBody } from './upstream-body.ts'

/** What a body begins as: an event stream, something else, or nothing within the time for it. */
export type Start = 'event-stream' | 'other' | 'silent'

/** A first line that belongs to an event stream: a comment or a field. Nothing else that servers send begins so. */
const firstLine = /^(:|(data|event|id|retry)[:\r\n])/
/** The beginnings of such a line. */
const beginnings = ['data', 'event', 'id', 'retry']

/** After this many characters the body is something else, whatever still comes. */
const maxSeen = 64

/** In latin1, where a byte is a character. */
const byteOrderMark = '\u00ef\u00bb\u00bf'

/**
 * Reads the first bytes of a body whose type does not say that it is an event stream: some servers send one as
 * `text/plain`, as `application/octet-stream`, or without a type. The returned `body` is read afterwards, from its beginning
 * on except for blank lines, which keep connections open and mean nothing.
 *
 * Takes no more of the body than decides it. Does not close it.
 */
export function eventStreamStart(body: Body, timeoutMs: number): Promise<{ start: Start; body: Body }> {
  const whole = new UpstreamBody(() => body.close())
  let seen = ''
  let decided = false
  return new Promise(resolve => {
    const decide = (start: Start) => {
      if (decided) return
      decided = true
      clearTimeout(timer)
      resolve({ start, body: whole })
    }
    const timer = setTimeout(() => decide('silent'), timeoutMs)
    body.read({
      data(bytes) {
        if (decided) return whole.push(bytes)
        const rest = seen === '' ? withoutBlankLines(bytes) : bytes
        if (rest.length === 0) return
        whole.push(rest)
        seen += rest.toString('latin1', 0, maxSeen)
        const start = startOf(seen)
        if (start) decide(start)
      },
      end(error) {
        whole.end(error)
        decide('other')
      },
    })
  })
}

function withoutBlankLines(bytes: Buffer): Buffer {
  let at = 0
  while (bytes[at] === 10 || bytes[at] === 13) at++
  return bytes.subarray(at)
}

/** `undefined` while more bytes are needed. */
function startOf(seen: string): Start | undefined {
  if (byteOrderMark.startsWith(seen)) return undefined
  const text = seen.startsWith(byteOrderMark) ? seen.slice(byteOrderMark.length).replace(/^[\r\n]+/, '') : seen
  if (firstLine.test(text)) return 'event-stream'
  const open = text === '' || beginnings.some(beginning => beginning.startsWith(text))
  return open && seen.length <= maxSeen ? undefined : 'other'
}
