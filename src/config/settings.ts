import {
  apiKey,
  basePath,
  baseUrl,
  contact,
  cookieSecret,
  databaseUrl,
  decimal,
  encryptionKeys,
  headers,
  host,
  hostNames,
  milliseconds,
  modelUrl,
  oneOf,
  operatorToken,
  origins,
  type Parse,
  proxyUrl,
  query,
  redisPrefix,
  redisUrl,
  senderNumber,
  whole,
} from './values.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

export interface Setting {
  readonly parse: Parse<unknown>
  /** As it is written in the environment. */
  readonly default?: string
  /** Its name in lower case is read as well, and takes precedence. */
  readonly lowerCaseToo?: true
  readonly description: string
}

/** Every environment variable, in the order to show them. */
export const settings = {
  PORT: { parse: whole(0, 65_535), default: '3000', description: 'Port to listen on; 0 picks a free one' },
  HOST: { parse: host, default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 for all' },
  DATA_DIR: {
    parse: text => text,
    default: './data',
    description: 'Folder of the embedded database and of the secrets that were not given',
  },
  BASE_PATH: {
    parse: basePath,
    default: '',
    description:
      'Path below which browsers reach it, such as /conch, whether a proxy keeps it or strips it; empty for a host of its own',
  },
  PAGES: {
    parse: oneOf(['bundled', 'source'] as const),
    default: 'bundled',
    description: 'How browsers get the pages: bundled when the server starts, or source, file by file, to work on them',
  },
  DATABASE_URL: {
    parse: databaseUrl,
    description: 'Postgres, postgres://user:password@host/name; without it the embedded database is used',
  },
  REDIS_URL: {
    parse: redisUrl,
    description:
      'Redis, redis://user:password@host:6379: several instances then show each other their texts as they come',
  },
  REDIS_PREFIX: {
    parse: redisPrefix,
    default: 'conch',
    description: 'Begins the name of all that Conch has in Redis',
  },
  COOKIE_SECRET: {
    parse: cookieSecret,
    description: 'Signs the cookie that tells owners apart, 32 characters or more; made once and kept if not given',
  },
  ENCRYPTION_KEYS: {
    parse: encryptionKeys,
    description: 'Encryption at rest, id:base64,...; the first writes, all read; made once and kept if not given',
  },
  OPERATOR_TOKEN: {
    parse: operatorToken,
    description: 'Lets operators in, 32 characters or more; made once and kept if not given',
  },
  OPENAI_API_KEY: {
    parse: apiKey,
    description: 'Key of the model provider; without it and OPENAI_BASE_URL the embedded demo model answers',
  },
  OPENAI_BASE_URL: { parse: modelUrl, description: 'An OpenAI-compatible server, such as http://localhost:11434/v1' },
  OPENAI_MODEL: { parse: text => text, default: 'gpt-5-mini', description: 'Model; the demo model ignores it' },
  UPSTREAM_HEADERS: {
    parse: headers,
    default: '',
    description:
      'Headers for gateways, "Name: value", one per line; may replace Authorization, and stand in for OPENAI_API_KEY',
  },
  UPSTREAM_QUERY: {
    parse: query,
    default: '',
    description:
      'Query of every request to the model provider, such as api-version=2024-10-21; joins that of the base URL',
  },
  HTTP_PROXY: {
    parse: proxyUrl,
    lowerCaseToo: true,
    description:
      'Proxy to a model provider at http:, http://user:password@host:port; never used for this machine itself, webhooks or anything else',
  },
  HTTPS_PROXY: {
    parse: proxyUrl,
    lowerCaseToo: true,
    description: 'The same for one at https:. All three count in lower case as well, which goes before',
  },
  NO_PROXY: {
    parse: text => text,
    default: '',
    lowerCaseToo: true,
    description:
      'Where neither is used: hosts, with all below them, and networks, with :port or without; * for everywhere',
  },
  MAX_RUNNING_OUTPUTS: { parse: whole(1), default: '1000', description: 'Texts being generated at once, per process' },
  MAX_QUEUED_TASKS: { parse: whole(1), default: '10000', description: 'Tasks waiting; beyond it the answer is 503' },
  SUMMARY_CONCURRENCY: {
    parse: whole(1),
    default: '20',
    description: 'Summaries of conversations being written at once, per process, besides those texts',
  },
  CONTEXT_TOKENS: {
    parse: whole(0),
    default: '4000',
    description: 'Tokens of earlier messages that the prompt of a reply has room for',
  },
  MAX_CONNECTIONS: {
    parse: whole(1),
    default: '10000',
    description: 'Connections of clients at once, per process; fewer if the limit of open files is too low for it',
  },
  DRAIN_SECONDS: { parse: milliseconds(0), default: '60', description: 'What running tasks get to end after SIGTERM' },
  LOG_LEVEL: { parse: oneOf(logLevels), default: 'info', description: `One of ${logLevels.join(', ')}` },
  ALLOWED_HOSTS: {
    parse: hostNames,
    default: '',
    description:
      'Names it is reached by besides localhost and the address it listens on, example.org,*.example.net; others get 421',
  },
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
    description: 'Limit until its response begins; more than a server at home takes to load its model',
  },
  UPSTREAM_IDLE_SECONDS: { parse: milliseconds(0.001), default: '60', description: 'Limit between two pieces of text' },
  UPSTREAM_TOTAL_SECONDS: { parse: milliseconds(0.001), default: '600', description: 'Limit of one text as a whole' },
  UPSTREAM_FINISH_GRACE_SECONDS: {
    parse: milliseconds(0.001),
    default: '2',
    description: 'Silence waited out after a text has ended, for its token counts and the end of the response',
  },
  UPSTREAM_FINISH_REASON: {
    parse: oneOf(['required', 'optional']),
    default: 'required',
    description: 'If optional, [DONE] stands in for a missing finish_reason: for servers that never send one',
  },
  UPSTREAM_MAX_BODY_MB: { parse: decimal(0.001, 512), default: '10', description: 'Largest response, in MiB' },
  UPSTREAM_MAX_LINE_KB: { parse: whole(1, 524_288), default: '1024', description: 'Longest line of it, in KiB' },
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
  UPSTREAM_RETRIES: {
    parse: whole(0, 100),
    default: '3',
    description:
      'How often a text that could not begin is asked for again: 429, 5xx, no connection; not after UPSTREAM_HEADERS_SECONDS',
  },
  UPSTREAM_RETRY_SECONDS: {
    parse: milliseconds(0.001),
    default: '2',
    description: 'Wait before the first of them, give or take half; doubles each time',
  },
  UPSTREAM_RETRY_MAX_SECONDS: { parse: milliseconds(0.001), default: '30', description: 'Longest such wait' },
  MAX_RETRY_AFTER: {
    parse: milliseconds(0),
    default: '120',
    description:
      'Longest wait that the provider may ask for, in seconds; beyond it the text fails and says when to return',
  },
  UPSTREAM_BREAKER_FAILURES: {
    parse: whole(1),
    default: '20',
    description: 'Requests in a row without success, after which the provider is not asked for a while',
  },
  UPSTREAM_BREAKER_SECONDS: {
    parse: milliseconds(0.001),
    default: '10',
    description: 'That while; nothing must have succeeded for as long before',
  },
  WEB_PUSH_CONTACT: {
    parse: contact,
    description: 'Address for push services to write to, mailto: or https://; without it there is no Web Push',
  },
  SOLAPI_API_KEY: { parse: apiKey, description: 'Key for text messages by SOLAPI; without it there are none' },
  SOLAPI_API_SECRET: { parse: apiKey, description: 'Secret that belongs to the key' },
  SOLAPI_SENDER: { parse: senderNumber, description: 'Number that text messages come from, registered with SOLAPI' },
  SOLAPI_PFID: { parse: apiKey, description: 'KakaoTalk channel; without it and the template there is no Alimtalk' },
  SOLAPI_TEMPLATE_ID: { parse: apiKey, description: 'Alimtalk template, with the variables #{title} and #{body}' },
  SOLAPI_CODES_PER_HOUR: {
    parse: whole(0),
    default: '100',
    description: 'Codes sent to verify numbers, of all users together: each is paid for, and every user may ask',
  },
  SOLAPI_BASE_URL: {
    parse: baseUrl,
    default: 'https://api.solapi.com',
    description: 'Where the HTTP API of SOLAPI is',
  },
  WEBHOOKS: {
    parse: oneOf(['true', 'false']),
    default: 'false',
    description: 'Whether users may have webhooks: signed requests to addresses of theirs',
  },
  WEBHOOK_ALLOW_PRIVATE: {
    parse: oneOf(['true', 'false']),
    default: 'false',
    description: 'Whether webhooks and push services may be in private networks, and without https',
  },
} as const satisfies Record<string, Setting>

export type Settings = typeof settings
export type Value<Name extends keyof Settings> =
  | ReturnType<Settings[Name]['parse']>
  | (Settings[Name] extends { default: string } ? never : undefined)
