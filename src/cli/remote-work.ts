import { setTimeout as delay } from 'node:timers/promises'
import type { JobState } from '../base/background-job.ts'

/** The running server did not do it. The message is one line, with the reason and what to do. */
export class RemoteWorkFailed extends Error {
  override readonly name = 'RemoteWorkFailed'
  readonly code = 'REMOTE_WORK_FAILED'
}

export interface RemoteWorkOptions<Report> {
  /** The path that takes the work with POST and reports progress with GET. */
  path: string
  /** Where the server listens, as configured: 0.0.0.0 and :: are reached on this machine. */
  host: string
  port: number
  operatorToken: string
  signal: AbortSignal
  onProgress(report: Report): void
}

/** How often the server is asked for progress. */
const pollMs = 250

/** How long it may take to answer. */
const answerTimeoutMs = 30_000

/**
 * Has the server that holds the embedded database do a piece of work (see `BackgroundJob`), and waits for the end.
 * Aborting ends the waiting only.
 *
 * @throws RemoteWorkFailed
 */
export async function workRemotely<Report extends object>({
  path,
  host,
  port,
  operatorToken,
  signal,
  onProgress,
}: RemoteWorkOptions<Report>): Promise<Report> {
  if (port === 0) throw failed('PORT is 0, which does not say where the server listens: set PORT to its port')
  const url = `http://${reachable(host)}:${port}${path}`

  let answered = false

  async function ask(method: 'POST' | 'GET'): Promise<JobState<Report>> {
    const { status, text } = await send(method).catch(error => {
      signal.throwIfAborted()
      throw failed(
        answered
          ? `the server at ${url} does not answer any more: once it runs again, run this again`
          : `nothing answers at ${url}: set HOST and PORT to those of the running server, or stop it first`,
        error,
      )
    })
    answered = true
    if (status === 401)
      throw failed(`the server at ${url} has another operator token: is it the one with this data folder?`)
    const state = status < 300 ? parsed<Report>(text) : undefined
    if (state) return state
    throw failed(`the server at ${url} does not know how (it answers ${status}): is it the one with this data folder?`)
  }

  async function send(method: string): Promise<{ status: number; text: string }> {
    const headers = { authorization: `Bearer ${operatorToken}` }
    const patience = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
    const response = await fetch(url, { method, headers, signal: patience })
    return { status: response.status, text: await response.text() }
  }

  for (let state = await ask('POST'); ; state = await ask('GET')) {
    if (state.status === 'done') return state
    if (state.status !== 'running')
      throw failed('the server could not go on: its log has the reason; then run this again')
    onProgress(state)
    await delay(pollMs, undefined, { signal })
  }
}

function failed(message: string, cause?: unknown): RemoteWorkFailed {
  return new RemoteWorkFailed(message, { cause })
}

/** Undefined for an answer that is not Conch's. */
function parsed<Report extends object>(text: string): JobState<Report> | undefined {
  try {
    const state = JSON.parse(text)
    return typeof state?.status === 'string' ? state : undefined
  } catch {
    return undefined
  }
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
