import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import {
  apiKey,
  baseUrl,
  cookieSecret,
  databaseUrl,
  decimal,
  encryptionKeys,
  host,
  InvalidConfig,
  milliseconds,
  oneOf,
  origins,
  type Parse,
  whole,
} from './config-value.ts'
import type { EncryptionKey } from './db/encrypted.ts'

export { InvalidConfig }

export type LogLevel = (typeof logLevels)[number]

/** Everything that can be configured, validated; `readConfig` freezes it, lists included. */
export interface Config {
  /** 0 picks a free port. */
  readonly port: number
  readonly host: string
  readonly dataDir: string
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl?: string
  /** All undefined: the embedded demo model. `model` is set whenever `apiKey` or `baseUrl` is. */
  readonly openai: {
    readonly apiKey?: string
    readonly baseUrl?: string
    readonly model?: string
  }
  readonly maxRunningOutputs: number
  readonly maxQueuedTasks: number
  readonly drainMs: number
  readonly logLevel: LogLevel
  readonly corsOrigins: string[]
  readonly cookieSecret?: string
  readonly encryptionKeys?: EncryptionKey[]
  readonly trustProxy: boolean
  readonly demoTokensPerSecond: number
  readonly upstream: {
    readonly connectTimeoutMs: number
    readonly headersTimeoutMs: number
    readonly idleTimeoutMs: number
    readonly totalTimeoutMs: number
    readonly maxBodyBytes: number
    readonly keepAliveIdleMs: number
    readonly keepAliveMaxAgeMs: number
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

interface Setting {
  readonly parse: Parse<unknown>
  /** As one would write it. */
  readonly default?: string
  readonly description: string
}

const settings = {
  PORT: { parse: whole(0, 65_535), default: '3000', description: 'Port to listen on; 0 picks a free one' },
  HOST: { parse: host, default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 for all' },
  DATA_DIR: {
    parse: text => text,
    default: './data',
    description: 'Folder of the embedded database and of the secrets that were not given',
  },
  DATABASE_URL: {
    parse: databaseUrl,
    description: 'Postgres, postgres://user:password@host/name; without it the embedded database is used',
  },
  COOKIE_SECRET: {
    parse: cookieSecret,
    description: 'Signs the cookie that tells owners apart, 32 characters or more; made once and kept if not given',
  },
  ENCRYPTION_KEYS: {
    parse: encryptionKeys,
    description: 'Encryption at rest, id:base64,...; the first writes, all read; made once and kept if not given',
  },
  OPENAI_API_KEY: {
    parse: apiKey,
    description: 'Key of the model provider; without it and OPENAI_BASE_URL the embedded demo model answers',
  },
  OPENAI_BASE_URL: { parse: baseUrl, description: 'An OpenAI-compatible server, such as http://localhost:11434/v1' },
  OPENAI_MODEL: { parse: text => text, default: 'gpt-5-mini', description: 'Model; the demo model ignores it' },
  MAX_RUNNING_OUTPUTS: { parse: whole(1), default: '1000', description: 'Texts being generated at once, per process' },
  MAX_QUEUED_TASKS: { parse: whole(1), default: '10000', description: 'Tasks waiting; beyond it the answer is 503' },
  DRAIN_SECONDS: { parse: milliseconds(0), default: '60', description: 'What running tasks get to end after SIGTERM' },
  LOG_LEVEL: { parse: oneOf(logLevels), default: 'info', description: `One of ${logLevels.join(', ')}` },
  CORS_ORIGINS: {
    parse: origins,
    default: '',
    description: 'Other origins whose pages may call, https://example.org,https://example.net',
  },
  TRUST_PROXY: {
    parse: oneOf(['true', 'false']),
    default: 'false',
    description: 'Believe X-Forwarded-*; only behind a proxy that sets them',
  },
  DEMO_TOKENS_PER_SECOND: { parse: decimal(0.001), default: '40', description: 'Pace of the embedded demo model' },
  UPSTREAM_CONNECT_SECONDS: {
    parse: milliseconds(0.001),
    default: '5',
    description: 'Limit to connect to the model provider',
  },
  UPSTREAM_HEADERS_SECONDS: {
    parse: milliseconds(0.001),
    default: '60',
    description: 'Limit until its response begins',
  },
  UPSTREAM_IDLE_SECONDS: { parse: milliseconds(0.001), default: '60', description: 'Limit between two pieces of text' },
  UPSTREAM_TOTAL_SECONDS: { parse: milliseconds(0.001), default: '600', description: 'Limit of one text as a whole' },
  UPSTREAM_MAX_BODY_MB: { parse: decimal(0.001, 512), default: '10', description: 'Largest response, in MiB' },
  UPSTREAM_KEEP_ALIVE_IDLE_SECONDS: {
    parse: milliseconds(0.001),
    default: '20',
    description: 'How long an idle connection to the provider is kept',
  },
  UPSTREAM_KEEP_ALIVE_MAX_AGE_SECONDS: {
    parse: milliseconds(0.001),
    default: '300',
    description: 'How old a connection to the provider may get',
  },
} as const satisfies Record<string, Setting>

type Settings = typeof settings
type Value<Name extends keyof Settings> =
  | ReturnType<Settings[Name]['parse']>
  | (Settings[Name] extends { default: string } ? never : undefined)

/** Every variable that `readConfig` reads, in the order to show them. README's table says the same (a test compares). */
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
    const text = env[name] || setting.default
    return (text === undefined ? undefined : setting.parse(text, name)) as Value<Name>
  }
  const openai = { apiKey: read('OPENAI_API_KEY'), baseUrl: read('OPENAI_BASE_URL'), model: read('OPENAI_MODEL') }
  const config: Config = {
    port: read('PORT'),
    host: read('HOST'),
    dataDir: read('DATA_DIR'),
    databaseUrl: read('DATABASE_URL'),
    openai: Object.freeze(openai.apiKey || openai.baseUrl ? openai : {}),
    maxRunningOutputs: read('MAX_RUNNING_OUTPUTS'),
    maxQueuedTasks: read('MAX_QUEUED_TASKS'),
    drainMs: read('DRAIN_SECONDS'),
    logLevel: read('LOG_LEVEL'),
    corsOrigins: read('CORS_ORIGINS'),
    cookieSecret: read('COOKIE_SECRET'),
    encryptionKeys: read('ENCRYPTION_KEYS'),
    trustProxy: read('TRUST_PROXY') === 'true',
    demoTokensPerSecond: read('DEMO_TOKENS_PER_SECOND'),
    upstream: Object.freeze({
      connectTimeoutMs: read('UPSTREAM_CONNECT_SECONDS'),
      headersTimeoutMs: read('UPSTREAM_HEADERS_SECONDS'),
      idleTimeoutMs: read('UPSTREAM_IDLE_SECONDS'),
      totalTimeoutMs: read('UPSTREAM_TOTAL_SECONDS'),
      maxBodyBytes: Math.round(read('UPSTREAM_MAX_BODY_MB') * 1024 * 1024),
      keepAliveIdleMs: read('UPSTREAM_KEEP_ALIVE_IDLE_SECONDS'),
      keepAliveMaxAgeMs: read('UPSTREAM_KEEP_ALIVE_MAX_AGE_SECONDS'),
    }),
  }
  requireSharedSecrets(config)
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

/** Several instances on one database must agree on them, so none may make its own. */
function requireSharedSecrets({ databaseUrl, cookieSecret, encryptionKeys }: Config): void {
  if (!databaseUrl) return
  const missing: string[] = []
  if (!cookieSecret) missing.push('COOKIE_SECRET')
  if (!encryptionKeys) missing.push('ENCRYPTION_KEYS')
  if (missing.length === 0) return
  const verb = missing.length > 1 ? 'are' : 'is'
  throw new InvalidConfig(missing.join(' and '), `${verb} not set`, 'given together with DATABASE_URL')
}
