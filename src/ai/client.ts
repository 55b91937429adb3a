import OpenAI from 'openai'
import { Agent } from 'undici'
import { type ChatMessage, type Completion, type CompletionLimits, streamCompletion } from './completion.ts'
import { upstreamFetch } from './upstream-fetch.ts'

/** A language model, as the engine sees it. */
export interface Model {
  readonly name: string
  /** True for the embedded demo model: its text is made up. */
  readonly demo: boolean
  /** One streamed completion. Never throws for what the upstream does: see `Completion`. */
  complete(request: {
    messages: readonly ChatMessage[]
    signal: AbortSignal
    onDelta(text: string): void
  }): Promise<Completion>
  /** Closes the connections; running completions end as `truncated` or `unavailable`. */
  close(): Promise<void>
}

export interface UpstreamLimits extends CompletionLimits {
  connectTimeoutMs: number
  headersTimeoutMs: number
  keepAliveIdleMs: number
  keepAliveMaxAgeMs: number
}

export interface ModelOptions {
  name: string
  demo: boolean
  apiKey: string | undefined
  baseUrl: string | undefined
  limits: UpstreamLimits
}

/**
 * Any OpenAI-compatible server, through the `openai` SDK over undici.
 *
 * `maxRetries: 0`: the SDK would retry without anyone seeing it. The agent's own body timeout is off, since the idle
 * watchdog of the completion counts text and not bytes.
 */
export function openModel({ name, demo, apiKey, baseUrl, limits }: ModelOptions): Model {
  const agent = new Agent({
    connectTimeout: limits.connectTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: 0,
    keepAliveTimeout: limits.keepAliveIdleMs,
    keepAliveMaxTimeout: limits.keepAliveIdleMs,
    clientTtl: limits.keepAliveMaxAgeMs,
    allowH2: false,
  })
  const client = new OpenAI({
    // Servers at home need no key, but the SDK insists on one.
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: limits.totalTimeoutMs,
    fetch: upstreamFetch(agent),
    // The SDK reads OPENAI_* variables by itself unless told otherwise; configuration has one reader here.
    organization: null,
    project: null,
    logLevel: 'off',
  })
  return {
    name,
    demo,
    complete: request => streamCompletion(client, { model: name, ...request }, limits),
    close: () => agent.destroy(),
  }
}
