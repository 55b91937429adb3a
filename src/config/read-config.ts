import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { EncryptionKey } from './encryption-keys.ts'
import { type LogLevel, type Setting, type Settings, settings, type Value } from './settings.ts'
import { InvalidConfig } from './values.ts'

export type { LogLevel }
export { InvalidConfig }

/** The proxies from the environment, each as a URL; both may hold a password. */
export interface Proxies {
  /** For servers at `http:`. */
  readonly http?: string
  /** For servers at `https:`. */
  readonly https?: string
  /** Servers that are asked directly, in the form of `NO_PROXY`. */
  readonly exempt: string
}

/** What every request adds to the SDK's own: for a gateway, say. Both may hold secrets. */
export interface RequestExtras {
  /** By their names in lower case; they replace those of the SDK. */
  headers: Readonly<Record<string, string>>
  /** As it stands behind the `?`; may be ''. */
  query: string
}

/** Everything that can be configured, validated; `readConfig` freezes it, lists included. */
export interface Config {
  /** 0 picks a free port. */
  readonly port: number
  readonly host: string
  readonly dataDir: string
  /** Without a slash at its end; '' when Conch has the host for itself. */
  readonly basePath: string
  readonly pages: 'bundled' | 'source'
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl?: string
  /** Undefined: this instance is the only one, or others show its texts late. */
  readonly redisUrl?: string
  readonly redisPrefix: string
  /** All undefined: the embedded demo model. `model` is set whenever `apiKey` or `baseUrl` is. */
  readonly openai: {
    readonly apiKey?: string
    /** Without its query, which is among the extras. */
    readonly baseUrl?: string
    readonly model?: string
    readonly extras?: RequestExtras
  }
  /** For the model alone. */
  readonly proxies: Proxies
  readonly maxRunningOutputs: number
  readonly maxQueuedTasks: number
  readonly summaryConcurrency: number
  readonly contextTokens: number
  readonly maxConnections: number
  readonly drainMs: number
  readonly logLevel: LogLevel
  /** In the form of `hostName`; those that begin with `*.` stand for all names below. */
  readonly allowedHosts: string[]
  readonly corsOrigins: string[]
  readonly cookieSecret?: string
  readonly encryptionKeys?: EncryptionKey[]
  readonly operatorToken?: string
  readonly trustProxy: boolean
  readonly demoTokensPerSecond: number
  readonly upstream: {
    readonly connectTimeoutMs: number
    readonly headersTimeoutMs: number
    readonly idleTimeoutMs: number
    readonly totalTimeoutMs: number
    readonly finishGraceMs: number
    readonly finishReasonOptional: boolean
    readonly maxBodyBytes: number
    readonly maxLineBytes: number
    readonly keepAliveIdleMs: number
    readonly keepAliveMaxAgeMs: number
    readonly maxRetries: number
    readonly retryDelayMs: number
    readonly maxRetryDelayMs: number
    readonly maxRetryAfterMs: number
    readonly breakerFailures: number
    readonly breakerMs: number
  }
  readonly notifications: NotificationConfig
}

/** The notification channels on offer, besides the pages themselves. */
export interface NotificationConfig {
  /** Undefined: no Web Push. */
  readonly webPushContact?: string
  readonly webhooks: boolean
  readonly allowPrivateAddresses: boolean
  /** Undefined: no text messages. */
  readonly solapi?: SolapiConfig
}

export interface SolapiConfig {
  readonly baseUrl: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly sender: string
  readonly codesPerHour: number
  /** Undefined: SMS alone. */
  readonly alimtalk?: { readonly pfId: string; readonly templateId: string }
}

/** Every variable that `readConfig` reads, in the order to show them. The table in docs/configuration.md is made of it. */
export const configurationTable: readonly { name: string; default: string; description: string }[] =
  Object.entries<Setting>(settings).map(([name, setting]) => ({
    name,
    default: setting.default ?? '',
    description: setting.description,
  }))

/**
 * Reads the configuration from environment variables. An empty one counts as unset.
 *
 * Throws `InvalidConfig` at the first variable that is wrong; all that are missing are named together.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const read = <Name extends keyof Settings>(name: Name): Value<Name> => {
    const setting: Setting = settings[name]
    const text = (setting.lowerCaseToo && env[name.toLowerCase()]) || env[name] || setting.default
    return (text === undefined ? undefined : setting.parse(text, name)) as Value<Name>
  }
  const [, baseUrl, baseQuery = ''] = /^([^?]*)\??(.*)$/.exec(read('OPENAI_BASE_URL') ?? '') ?? []
  const openai = {
    apiKey: read('OPENAI_API_KEY'),
    baseUrl: baseUrl || undefined,
    model: read('OPENAI_MODEL'),
    extras: Object.freeze({
      headers: read('UPSTREAM_HEADERS'),
      query: joined(baseQuery, read('UPSTREAM_QUERY')),
    }),
  }
  const config: Config = {
    port: read('PORT'),
    host: read('HOST'),
    dataDir: read('DATA_DIR'),
    basePath: read('BASE_PATH'),
    pages: read('PAGES'),
    databaseUrl: read('DATABASE_URL'),
    redisUrl: read('REDIS_URL'),
    redisPrefix: read('REDIS_PREFIX'),
    openai: Object.freeze(openai.apiKey || openai.baseUrl ? openai : {}),
    proxies: Object.freeze({ http: read('HTTP_PROXY'), https: read('HTTPS_PROXY'), exempt: read('NO_PROXY') }),
    maxRunningOutputs: read('MAX_RUNNING_OUTPUTS'),
    maxQueuedTasks: read('MAX_QUEUED_TASKS'),
    summaryConcurrency: read('SUMMARY_CONCURRENCY'),
    contextTokens: read('CONTEXT_TOKENS'),
    maxConnections: read('MAX_CONNECTIONS'),
    drainMs: read('DRAIN_SECONDS'),
    logLevel: read('LOG_LEVEL'),
    allowedHosts: read('ALLOWED_HOSTS'),
    corsOrigins: read('CORS_ORIGINS'),
    cookieSecret: read('COOKIE_SECRET'),
    encryptionKeys: read('ENCRYPTION_KEYS'),
    operatorToken: read('OPERATOR_TOKEN'),
    trustProxy: read('TRUST_PROXY') === 'true',
    demoTokensPerSecond: read('DEMO_TOKENS_PER_SECOND'),
    upstream: Object.freeze({
      connectTimeoutMs: read('UPSTREAM_CONNECT_SECONDS'),
      headersTimeoutMs: read('UPSTREAM_HEADERS_SECONDS'),
      idleTimeoutMs: read('UPSTREAM_IDLE_SECONDS'),
      totalTimeoutMs: read('UPSTREAM_TOTAL_SECONDS'),
      finishGraceMs: read('UPSTREAM_FINISH_GRACE_SECONDS'),
      finishReasonOptional: read('UPSTREAM_FINISH_REASON') === 'optional',
      maxBodyBytes: Math.round(read('UPSTREAM_MAX_BODY_MB') * 1024 * 1024),
      maxLineBytes: read('UPSTREAM_MAX_LINE_KB') * 1024,
      keepAliveIdleMs: read('UPSTREAM_KEEP_ALIVE_IDLE_SECONDS'),
      keepAliveMaxAgeMs: read('UPSTREAM_KEEP_ALIVE_MAX_AGE_SECONDS'),
      maxRetries: read('UPSTREAM_RETRIES'),
      retryDelayMs: read('UPSTREAM_RETRY_SECONDS'),
      maxRetryDelayMs: read('UPSTREAM_RETRY_MAX_SECONDS'),
      maxRetryAfterMs: read('MAX_RETRY_AFTER'),
      breakerFailures: read('UPSTREAM_BREAKER_FAILURES'),
      breakerMs: read('UPSTREAM_BREAKER_SECONDS'),
    }),
    notifications: Object.freeze({
      webPushContact: read('WEB_PUSH_CONTACT'),
      webhooks: read('WEBHOOKS') === 'true',
      allowPrivateAddresses: read('WEBHOOK_ALLOW_PRIVATE') === 'true',
      solapi: solapi(read),
    }),
  }
  requireSharedSecrets(config)
  if (config.redisUrl && !config.databaseUrl)
    throw new InvalidConfig('DATABASE_URL', 'is not set', 'given together with REDIS_URL: instances share a Postgres')
  return Object.freeze(config)
}

/**
 * `env` with what the file at `path` adds to it. What `env` has wins, even if it is empty; no such file is no fault.
 *
 * Throws `InvalidConfig` if the file is there and cannot be read.
 */
export function loadEnvFile(env: Record<string, string | undefined>, path: string): Record<string, string | undefined> {
  try {
    return { ...parseEnv(readFileSync(path, 'utf8')), ...env }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { ...env }
    throw new InvalidConfig(path, `cannot be read (${code})`, 'a readable file, or not there at all')
  }
}

/** Both queries as one; a name in the second replaces the same one in the first. */
function joined(first: string, second: string): string {
  const query = new URLSearchParams(first)
  const more = new URLSearchParams(second)
  for (const name of more.keys()) query.delete(name)
  for (const [name, value] of more) query.append(name, value)
  return query.toString()
}

/** All or nothing: half of it would fail only at the first message. */
function solapi(read: <Name extends keyof Settings>(name: Name) => Value<Name>): SolapiConfig | undefined {
  const account = allOrNone({
    SOLAPI_API_KEY: read('SOLAPI_API_KEY'),
    SOLAPI_API_SECRET: read('SOLAPI_API_SECRET'),
    SOLAPI_SENDER: read('SOLAPI_SENDER'),
  })
  const template = allOrNone({ SOLAPI_PFID: read('SOLAPI_PFID'), SOLAPI_TEMPLATE_ID: read('SOLAPI_TEMPLATE_ID') })
  const baseUrl = read('SOLAPI_BASE_URL')
  if (!account) return undefined
  return Object.freeze({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey: account.SOLAPI_API_KEY,
    apiSecret: account.SOLAPI_API_SECRET,
    sender: account.SOLAPI_SENDER,
    codesPerHour: read('SOLAPI_CODES_PER_HOUR'),
    alimtalk: template && Object.freeze({ pfId: template.SOLAPI_PFID, templateId: template.SOLAPI_TEMPLATE_ID }),
  })
}

/** All of the values, or undefined when none is set. Throws `InvalidConfig` when only some are. */
function allOrNone<Name extends string>(values: Record<Name, string | undefined>): Record<Name, string> | undefined {
  const names = Object.keys(values) as Name[]
  const missing = names.filter(name => values[name] === undefined)
  if (missing.length === names.length) return undefined
  if (missing.length === 0) return values as Record<Name, string>
  const list = new Intl.ListFormat('en-GB')
  const given = list.format(names.filter(name => values[name] !== undefined))
  throw new InvalidConfig(
    list.format(missing),
    `${missing.length > 1 ? 'are' : 'is'} not set`,
    `given together with ${given}`,
  )
}

/** Several instances on one database must agree on them, so none may make its own. */
function requireSharedSecrets({ databaseUrl, cookieSecret, encryptionKeys, operatorToken }: Config): void {
  if (!databaseUrl) return
  const missing: string[] = []
  if (!cookieSecret) missing.push('COOKIE_SECRET')
  if (!encryptionKeys) missing.push('ENCRYPTION_KEYS')
  if (!operatorToken) missing.push('OPERATOR_TOKEN')
  if (missing.length === 0) return
  const list = new Intl.ListFormat('en-GB')
  const verb = missing.length > 1 ? 'are' : 'is'
  throw new InvalidConfig(list.format(missing), `${verb} not set`, 'given together with DATABASE_URL')
}
