import type { Completion } from './completion.ts'
import { asObject, errorCode } from './frame.ts'
import { type Body, readText } from './upstream-body.ts'

/** The beginning of the answer that is looked at. */
const maxBytes = 65_536
const timeoutMs = 5_000

/** What an answer with status 200 is that is no event stream: proxies, wrong addresses and some servers send them. */
export async function notAStream(body: Body, contentType: string): Promise<Completion> {
  const text = (await readText(body, maxBytes, timeoutMs)).trim()
  const broken = (reason: 'web-page' | 'json-error' | 'json-completion' | 'no-stream', detail: string) =>
    ({ outcome: 'broken', reason, detail: `the model's server answered with ${detail}` }) as const
  if (/\bhtml\b/i.test(contentType) || text.startsWith('<'))
    return broken('web-page', 'a web page: its address may be wrong')
  if (!/\bjson\b/i.test(contentType) && !/^[{[]/.test(text))
    return broken('no-stream', 'something that is no event stream')
  const parsed = parse(text)
  const answer = asObject(Array.isArray(parsed) ? parsed[0] : parsed)
  if (answer && ('error' in answer || answer.object === 'error')) {
    const code = errorCode(answer)
    return broken('json-error', `an error${code ? ` (${code})` : ''}`)
  }
  return answer && 'choices' in answer
    ? broken('json-completion', 'a whole text instead of a stream')
    : broken('no-stream', 'JSON instead of an event stream')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
