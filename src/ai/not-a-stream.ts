import type { Completion, CompletionLimits, TextReader } from './completion.ts'
import { asObject, errorCode } from './frame.ts'
import { readWhole } from './read-completion.ts'
import type { Body } from './upstream-body.ts'

/** A body that is not JSON is read up to here only: its beginning shows what it is. */
const maxOtherBytes = 65_536
const otherTimeoutMs = 5_000

/**
 * Classifies an answer with status 200 that is not an event stream. A whole completion is accepted, since some servers and
 * gateways do not stream. Anything else comes from proxies and wrong addresses.
 */
export async function notAStream(
  body: Body,
  contentType: string,
  onDelta: TextReader,
  limits: CompletionLimits,
): Promise<Completion> {
  const { text, ended } = await textOf(body, /\bjson\b/i.test(contentType), limits)
  const broken = (reason: 'web-page' | 'json-error' | 'no-stream', detail: string) =>
    ({ outcome: 'broken', reason, detail: `the model's server answered with ${detail}` }) as const
  if (/\bhtml\b/i.test(contentType) || text.startsWith('<'))
    return broken('web-page', 'a web page: its address may be wrong')
  if (!/\bjson\b/i.test(contentType) && !/^[{[]/.test(text))
    return broken('no-stream', 'something that is no event stream')
  const parsed = parse(text)
  const answer = asObject(Array.isArray(parsed) ? parsed[0] : parsed)
  if (answer && ((answer.error ?? undefined) !== undefined || answer.object === 'error')) {
    const code = errorCode(answer)
    return broken('json-error', `an error${code ? ` (${code})` : ''}`)
  }
  if (answer && 'choices' in answer) return readWhole(text, onDelta, limits)
  if (answer === undefined && ended !== 'whole') return brokenOff(ended, limits)
  return broken('no-stream', 'JSON instead of an event stream')
}

type Ended = 'whole' | 'cut' | 'late' | 'too-large'

function brokenOff(ended: Exclude<Ended, 'whole'>, { idleTimeoutMs }: CompletionLimits): Completion {
  if (ended === 'cut')
    return {
      outcome: 'truncated',
      reason: 'cut',
      detail: 'the connection to the model broke in the middle of the answer',
    }
  if (ended === 'too-large') return { outcome: 'broken', reason: 'too-large', detail: 'the answer is too large' }
  return { outcome: 'stalled', reason: 'idle', detail: `no text for ${idleTimeoutMs / 1000} s` }
}

/** The body up to its limit, without white space around it. Closes a body that it does not read to its end. */
function textOf(body: Body, json: boolean, limits: CompletionLimits): Promise<{ text: string; ended: Ended }> {
  const pieces: Buffer[] = []
  let size = 0
  let isJson = json
  let stopped: 'late' | 'too-large' | undefined
  return new Promise(resolve => {
    const stop = (why: 'late' | 'too-large') => {
      stopped ??= why
      body.close()
    }
    const wait = () => setTimeout(() => stop('late'), isJson ? limits.idleTimeoutMs : otherTimeoutMs)
    let timer = wait()
    body.read({
      data(bytes) {
        if (stopped) return
        // The first character decides, for servers that name no type.
        if (size === 0) isJson ||= /^\s*[{[]/.test(bytes.toString('latin1', 0, 1_000))
        pieces.push(bytes)
        size += bytes.length
        if (size > (isJson ? limits.maxBodyBytes : maxOtherBytes)) return stop('too-large')
        if (!isJson) return
        clearTimeout(timer)
        timer = wait()
      },
      end(error) {
        clearTimeout(timer)
        const text = Buffer.concat(pieces).toString('utf8').trim()
        resolve({ text, ended: stopped ?? (error ? 'cut' : 'whole') })
      },
    })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
