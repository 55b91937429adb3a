import { setTimeout as delay } from 'node:timers/promises'
import type { ReencryptionState } from './db/background-reencryption.ts'
import type { ReencryptionReport } from './db/reencryption-report.ts'

/** The running server did not do it. The message says why and what to do, in one line. */
export class RemoteReencryptionFailed extends Error {
  override readonly name = 'RemoteReencryptionFailed'
  readonly code = 'REMOTE_REENCRYPTION_FAILED'
}

export interface RemoteReencryptionOptions {
  /** Where the server listens, as it was told: 0.0.0.0 and :: are reached on this machine. */
  host: string
  port: number
  operatorToken: string
  signal: AbortSignal
  onProgress(report: ReencryptionReport): void
}

/** How often the server is asked how far it is. */
const pollMs = 250

/** How long it may take to answer. */
const answerTimeoutMs = 30_000

/**
 * Has the server that has the embedded database encrypt everything anew, and waits for the end. Aborting ends the
 * waiting only.
 *
 * @throws RemoteReencryptionFailed
 */
export async function reencryptRemotely({
  host,
  port,
  operatorToken,
  signal,
  onProgress,
}: RemoteReencryptionOptions): Promise<ReencryptionReport> {
  if (port === 0) throw failed('PORT is 0, which does not tell where the server listens: set PORT to its port')
  const url = `http://${reachable(host)}:${port}/api/operations/reencryption`

  async function ask(method: 'POST' | 'GET'): Promise<ReencryptionState> {
    const headers = { authorization: `Bearer ${operatorToken}` }
    const patience = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
    const response = await fetch(url, { method, headers, signal: patience }).catch(error => {
      signal.throwIfAborted()
      throw failed(
        `nothing answers at ${url}: set HOST and PORT to those of the running server, or stop it first`,
        error,
      )
    })
    if (response.status === 401)
      throw failed(`the server at ${url} has another operator token: is it the one with this data folder?`)
    if (!response.ok)
      throw failed(`the server at ${url} answers ${response.status}: is it the one with this data folder, and as new?`)
    return (await response.json()) as ReencryptionState
  }

  for (let state = await ask('POST'); ; state = await ask('GET')) {
    if (state.status === 'done') return state
    if (state.status !== 'running')
      throw failed('the server could not go on: its log has the reason; then run this again')
    onProgress(state)
    await delay(pollMs, undefined, { signal })
  }
}

function failed(message: string, cause?: unknown): RemoteReencryptionFailed {
  return new RemoteReencryptionFailed(message, { cause })
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
