import { type Dispatcher, request } from 'undici'
import { PermanentFault } from '../domain-events/handler.ts'
import type { ChannelName } from './channel.ts'

/** The time for an answer, from the lookup of the host to the last byte that is read. */
export const answerMs = 5_000

/** A retry may help. The message holds neither the address nor the content, since it is logged. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered'
  readonly code = 'NOT_DELIVERED'

  constructor(channel: ChannelName, reason: string) {
    super(`${channel}: ${reason}`)
  }
}

/**
 * Posts, and returns the status and up to `maxBodyBytes` of the body. Redirects are not followed.
 *
 * @throws the signal's reason once it is aborted; `PermanentFault` for an address that is not public; else `NotDelivered`
 */
export async function post(
  channel: ChannelName,
  url: string,
  options: {
    agent: Dispatcher
    headers: Record<string, string>
    body: string | Buffer | null
    signal: AbortSignal
    maxBodyBytes?: number
    timeoutMs?: number
  },
): Promise<{ status: number; body: string }> {
  const { agent, headers, body, signal, maxBodyBytes = 0, timeoutMs = answerMs } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'user-agent': 'Conch', ...headers },
      body,
      signal: AbortSignal.any([signal, timeout]),
    })
    if (maxBodyBytes > 0) return { status: answer.statusCode, body: await beginning(answer.body, maxBodyBytes) }
    // The request has arrived, whatever happens to the rest of the answer.
    answer.body.on('error', () => {}).destroy()
    return { status: answer.statusCode, body: '' }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    // Neither the error nor its message, which name hosts, is passed on.
    const { code } = error as { code?: unknown }
    if (code === 'PRIVATE_ADDRESS') throw new PermanentFault('PRIVATE_ADDRESS', `${channel}: the address is not public`)
    throw new NotDelivered(channel, timeout.aborted ? 'no answer in time' : `no answer (${known(code)})`)
  }
}

/**
 * Checks the status of an answer.
 *
 * @throws NotDelivered for what may pass (408, 425, 429, 5xx); `PermanentFault` for any other status but 2xx
 */
export function assertDelivered(channel: ChannelName, status: number): void {
  if (status >= 200 && status <= 299) return
  if (status >= 500 || passing.has(status)) throw new NotDelivered(channel, `answered ${status}`)
  throw new PermanentFault('DELIVERY_REFUSED', `${channel}: answered ${status}`)
}

const passing = new Set([408, 425, 429])

/** Closes the connection where the rest is not read. */
async function beginning(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > maxBytes) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes)
}

function known(code: unknown): string {
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : 'connection failed'
}
