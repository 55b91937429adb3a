import OpenAI from 'openai'
import type { RequestExtras } from '../config/read-config.ts'
import { Breaker, type BreakerLimits, type BreakerState } from './breaker.ts'
import type { ChatMessage, Completion, CompletionLimits, JsonFormat, TextReader } from './completion.ts'
import { ConnectionPool } from './connection-pool.ts'
import { OptionalForms, type OptionalMembers } from './optional-members.ts'
import { throughProxy } from './proxy.ts'
import { type Retry, type RetryLimits, withRetries } from './retry.ts'
import { beginCompletion } from './stream-completion.ts'
import { type Connections, upstreamFetch } from './upstream-fetch.ts'

/** A language model, as the engine sees it. */
export interface Model {
  readonly name: string
  /** True for the embedded demo model: its text is made up. */
  readonly demo: boolean
  /**
   * Starts one streamed completion, and retries while it cannot begin. Never throws for what the upstream does: see
   * `Completion`.
   */
  complete(request: CompletionRequest): Promise<Completion>
  state(): ModelState
  /** Closes the connections; running completions end as `truncated` or `unavailable`. */
  close(): Promise<void>
}

export interface CompletionRequest {
  messages: readonly ChatMessage[]
  /** Asks for JSON of this shape, in the strongest form that the server takes. The model may still write anything. */
  format?: JsonFormat
  /** The provider is asked to stop after this many tokens. */
  maxOutputTokens?: number
  signal: AbortSignal
  /** Gets every piece of text. No text comes before the last retry. */
  onDelta: TextReader
  /** Called when a wait begins. The function that it returns is called when that wait is over, however it ends. */
  onRetry?(retry: Retry): () => void
}

export interface ModelState {
  breaker: BreakerState
  /** Connections to the upstream, idle ones and those being opened included. */
  sockets: number
  /** Since the start. */
  retries: number
}

export interface UpstreamLimits extends CompletionLimits, RetryLimits, BreakerLimits {
  connectTimeoutMs: number
  headersTimeoutMs: number
  keepAliveIdleMs: number
  keepAliveMaxAgeMs: number
}

export interface ModelOptions {
  name: string
  demo: boolean
  apiKey: string | undefined
  /** Without a query. */
  baseUrl: string | undefined
  extras?: RequestExtras | undefined
  /** Its URL, with user name and password. Undefined: the server is asked directly. */
  proxy?: string | undefined
  limits: UpstreamLimits
  /** At most this many connections. A completion beyond them waits for one. */
  maxSockets: number
  /** Gets retries, weaker forms and bad ends, without any content. */
  logger?: { warn(fields: object, message: string): void }
}

export const defaultBaseUrl = 'https://api.openai.com/v1'

/**
 * Any OpenAI-compatible server, through the `openai` SDK over undici's connections.
 *
 * `maxRetries: 0`: the SDK would retry without anyone seeing it. The connections' own body timeout is off, since the
 * completion's idle watchdog counts text and not bytes.
 */
export function openModel(options: ModelOptions): Model {
  const { name, demo, apiKey, baseUrl = defaultBaseUrl, extras, proxy, limits, maxSockets, logger } = options
  const way = proxy === undefined ? undefined : throughProxy(baseUrl, proxy, limits.connectTimeoutMs)
  const pool = new ConnectionPool({
    origin: way?.origin ?? new URL(baseUrl).origin,
    connect: way?.connect,
    maxConnections: maxSockets,
    maxAgeMs: limits.keepAliveMaxAgeMs,
    connectTimeoutMs: limits.connectTimeoutMs,
    limits: {
      headersTimeout: limits.headersTimeoutMs,
      bodyTimeout: 0,
      keepAliveTimeout: limits.keepAliveIdleMs,
      keepAliveMaxTimeout: limits.keepAliveIdleMs,
    },
  })
  const sent = way?.sent
  const connections: Connections = sent
    ? { dispatch: (request, handler) => pool.dispatch(sent(request), handler) }
    : pool
  const client = openaiClient({ apiKey, baseUrl, connections, extras })
  const breaker = new Breaker(limits)
  const forms = new OptionalForms()
  let retries = 0
  const begin = ({ messages, format, maxOutputTokens, signal, onRetry }: Omit<CompletionRequest, 'onDelta'>) => {
    const once = (members: OptionalMembers) =>
      beginCompletion(client, { model: name, messages, members, signal }, limits, breaker)
    const ask = forms.asking({ format, maxOutputTokens }, once, refusal => {
      logger?.warn({ model: name, ...refusal }, 'asking the model in a form that its server may take')
    })
    return withRetries(ask, {
      signal,
      limits,
      onRetry(retry) {
        retries++
        logger?.warn({ model: name, ...retry }, 'asking the model again')
        return onRetry?.(retry) ?? (() => {})
      },
    })
  }
  const ended = (completion: Completion) => {
    const { leftOut } = completion
    if (leftOut) logger?.warn({ model: name, leftOut }, 'parts of an answer that are no text were left out')
    if ('detail' in completion) {
      const { outcome, detail } = completion
      const reason = 'reason' in completion ? completion.reason : undefined
      logger?.warn({ model: name, outcome, reason, detail }, 'a completion ended badly')
    }
    return completion
  }
  return {
    name,
    demo,
    // Not async: an async function would keep its argument, the prompt, until it ends.
    complete({ onDelta, ...request }) {
      return begin(request)
        .then(begun => (begun.outcome === 'begun' ? begun.read(onDelta) : begun))
        .then(ended)
    },
    state: () => ({ breaker: breaker.state, sockets: pool.size, retries }),
    async close() {
      await Promise.all([pool.destroy(), way?.close()])
    },
  }
}

interface ClientOptions {
  apiKey: string | undefined
  baseUrl: string
  connections: Connections
  extras: RequestExtras | undefined
}

function openaiClient({ apiKey, baseUrl, connections, extras }: ClientOptions): OpenAI {
  // A server at home needs no key, but the SDK insists on one. Where headers were given, no key is made up beside them.
  const key = apiKey ?? 'none'
  const keyIsMadeUp = apiKey === undefined && Object.keys(extras?.headers ?? {}).length > 0
  return new OpenAI({
    apiKey: key,
    // The SDK reads OPENAI_* variables by itself unless it gets null. Only the configuration module reads the environment.
    defaultHeaders: { authorization: keyIsMadeUp ? null : `Bearer ${key}` },
    baseURL: baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    // Conch has its own limits; this is the longest that a timer takes.
    timeout: 2 ** 31 - 1,
    fetch: upstreamFetch(connections, extras),
  })
}
