import { randomBytes } from 'node:crypto'
import t from 'tap'
import { configurationTable, InvalidConfig, loadEnvFile, readConfig } from '../../src/config/read-config.ts'

const key = randomBytes(32).toString('base64')
const shared = { COOKIE_SECRET: 'x'.repeat(32), ENCRYPTION_KEYS: `a:${key}`, OPERATOR_TOKEN: 'y'.repeat(32) }

/** The one line that stops the start. */
function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof InvalidConfig) return error.message
    throw error
  }
  throw new Error('it was accepted')
}

t.test('nothing has to be configured', async t => {
  t.match(readConfig({}), {
    port: 3000,
    host: '127.0.0.1',
    dataDir: './data',
    databaseUrl: undefined,
    openai: { apiKey: undefined, baseUrl: undefined, model: undefined },
    maxRunningOutputs: 1000,
    maxQueuedTasks: 10_000,
    drainMs: 60_000,
    logLevel: 'info',
    maxConnections: 10_000,
    allowedHosts: [],
    corsOrigins: [],
    cookieSecret: undefined,
    encryptionKeys: undefined,
    operatorToken: undefined,
    trustProxy: false,
    demoTokensPerSecond: 40,
    upstream: {
      connectTimeoutMs: 5000,
      headersTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      totalTimeoutMs: 600_000,
      maxBodyBytes: 10_485_760,
      keepAliveIdleMs: 20_000,
      keepAliveMaxAgeMs: 300_000,
      finishGraceMs: 2000,
      finishReasonOptional: false,
      maxLineBytes: 1_048_576,
      maxRetries: 3,
      retryDelayMs: 2000,
      maxRetryDelayMs: 30_000,
      maxRetryAfterMs: 120_000,
      breakerFailures: 20,
      breakerMs: 10_000,
    },
  })
})

t.test('everything can be configured', async t => {
  const config = readConfig({
    ...shared,
    PORT: '0',
    HOST: '::1',
    DATA_DIR: '/srv/conch',
    BASE_PATH: '/apps/conch/',
    DATABASE_URL: 'postgresql://user:p%40ss@db:5432/conch',
    OPENAI_API_KEY: 'sk-1',
    OPENAI_BASE_URL: 'http://localhost:11434/v1',
    OPENAI_MODEL: 'llama3',
    MAX_RUNNING_OUTPUTS: '1',
    MAX_QUEUED_TASKS: '2',
    DRAIN_SECONDS: '0.5',
    LOG_LEVEL: 'silent',
    MAX_CONNECTIONS: '3',
    ALLOWED_HOSTS: 'Example.org., *.한국, 203.0.113.5, 2001:DB8::1, [::1]',
    CORS_ORIGINS: 'https://Example.org:443, http://localhost:5173',
    TRUST_PROXY: 'true',
    DEMO_TOKENS_PER_SECOND: '0.5',
    UPSTREAM_IDLE_SECONDS: '1.25',
    UPSTREAM_MAX_BODY_MB: '0.5',
    UPSTREAM_FINISH_REASON: 'optional',
    UPSTREAM_RETRIES: '0',
    MAX_RETRY_AFTER: '0',
  })
  t.match(config, {
    port: 0,
    host: '::1',
    dataDir: '/srv/conch',
    basePath: '/apps/conch',
    databaseUrl: 'postgresql://user:p%40ss@db:5432/conch',
    openai: { apiKey: 'sk-1', baseUrl: 'http://localhost:11434/v1', model: 'llama3' },
    maxRunningOutputs: 1,
    maxQueuedTasks: 2,
    drainMs: 500,
    logLevel: 'silent',
    maxConnections: 3,
    allowedHosts: ['example.org', '*.xn--3e0b707e', '203.0.113.5', '2001:db8::1', '::1'],
    corsOrigins: ['https://example.org', 'http://localhost:5173'],
    cookieSecret: shared.COOKIE_SECRET,
    encryptionKeys: [{ id: 'a' }],
    operatorToken: shared.OPERATOR_TOKEN,
    trustProxy: true,
    demoTokensPerSecond: 0.5,
    upstream: {
      idleTimeoutMs: 1250,
      maxBodyBytes: 524_288,
      finishReasonOptional: true,
      maxRetries: 0,
      maxRetryAfterMs: 0,
    },
  })
})

t.test('an empty variable counts as unset', async t => {
  const empty = Object.fromEntries(configurationTable.map(({ name }) => [name, '']))
  t.same(readConfig(empty), readConfig({}))
})

t.test('a configuration cannot be changed', async t => {
  const config = readConfig({ ...shared, CORS_ORIGINS: 'https://example.org' })
  for (const part of [
    config,
    config.openai,
    readConfig({ OPENAI_API_KEY: 'k' }).openai.extras,
    readConfig({ OPENAI_API_KEY: 'k' }).openai.extras?.headers,
    config.proxies,
    config.upstream,
    config.notifications,
    config.corsOrigins,
    config.encryptionKeys,
  ])
    t.ok(Object.isFrozen(part))
  t.ok(Object.isFrozen(readConfig({}).corsOrigins))
})

t.test('a key or a base URL brings a model; without both the model is not used', async t => {
  t.match(readConfig({ OPENAI_API_KEY: 'sk-1' }).openai, { apiKey: 'sk-1', model: 'gpt-5-mini' })
  t.match(readConfig({ OPENAI_BASE_URL: 'http://h/v1' }).openai, { baseUrl: 'http://h/v1', model: 'gpt-5-mini' })
  t.same(readConfig({ OPENAI_MODEL: 'llama3' }).openai, {})
})

t.test('headers stand one per line, under names whose case makes no difference', async t => {
  const headers = (text: string) => readConfig({ OPENAI_API_KEY: 'k', UPSTREAM_HEADERS: text }).openai.extras?.headers
  t.same(headers('api-key: 0123\r\n\n  X-Team :a: b, c  \nAuthorization: Basic eDp5'), {
    'api-key': '0123',
    'x-team': 'a: b, c',
    authorization: 'Basic eDp5',
  })
  t.same(headers(''), {})
  t.same(Object.keys(headers('__proto__: x\nconstructor: y') ?? {}), ['__proto__', 'constructor'])
})

t.test('the query of the base URL and one of its own are joined, and the latter takes precedence', async t => {
  const openai = (OPENAI_BASE_URL: string, UPSTREAM_QUERY: string) => {
    const { baseUrl, extras } = readConfig({ OPENAI_BASE_URL, UPSTREAM_QUERY }).openai
    return [baseUrl, extras?.query]
  }
  t.same(openai('https://h/v1', ''), ['https://h/v1', ''])
  t.same(openai('https://h/v1?', ''), ['https://h/v1', ''])
  t.same(openai('https://h/v1', '?api-version=2024-10-21'), ['https://h/v1', 'api-version=2024-10-21'])
  t.same(openai('https://h/v1?a=1&b=2&b=3', 'b=4&c=5&c=6'), ['https://h/v1', 'a=1&b=4&c=5&c=6'])
  t.same(openai('https://h/v1?sig=a%2Fb%3D?', ''), ['https://h/v1', 'sig=a%2Fb%3D%3F'])
})

t.test('proxies are read in either case, the lower one first, and need no scheme', async t => {
  t.same(readConfig({}).proxies, { http: undefined, https: undefined, exempt: '' })
  const { proxies } = readConfig({
    HTTP_PROXY: 'http://upper:1',
    http_proxy: 'me:p%40ss@lower:3128',
    HTTPS_PROXY: 'https://secure',
    https_proxy: '',
    NO_PROXY: 'a.org',
    no_proxy: 'b.org, c.org',
  })
  t.same(proxies, { http: 'http://me:p%40ss@lower:3128/', https: 'https://secure/', exempt: 'b.org, c.org' })
  t.equal(readConfig({ port: '4000', PORT: '5000' }).port, 5000, 'nothing else is')
})

const wrong = {
  BASE_PATH: [
    'conch',
    'http://host/conch',
    '//conch',
    '/a//b',
    '/../etc',
    '/a/./b',
    '/a b',
    '/a?b',
    '/한글',
    '/api',
    '/assets/x',
    '/docs',
  ],
  PORT: ['-1', '65536', '3e3', '0x10', ' 3000', '3000.5', 'Infinity', 'NaN', '٣'],
  HOST: ['http://localhost', 'localhost:3000', 'a b'],
  DATABASE_URL: ['mysql://db/conch', 'db/conch', 'postgres:db'],
  OPENAI_BASE_URL: [
    'localhost:11434/v1',
    'ftp://h/v1',
    'http://h/v1#a',
    'http://h/v1?a=b#c',
    'http://h/v1?a b',
    'http:h',
  ],
  UPSTREAM_HEADERS: [
    'api-key',
    'api-key:',
    ': x',
    'a b: c',
    'a: 키',
    'a: b\u0000',
    'Host: x',
    'Content-Length: 1',
    'Proxy-Authorization: x',
    'a: b\nA: c',
  ],
  UPSTREAM_QUERY: ['api-version', '=1', 'a=b&', 'a=b#c', 'a=b c', 'a=키'],
  HTTP_PROXY: ['socks5://proxy:1080', 'ftp://proxy', 'http://', 'http://me:%zz@proxy', 'http://me:pass word'],
  HTTPS_PROXY: ['socks5://proxy:1080', 'http://proxy:99999'],
  OPENAI_API_KEY: ['sk 1', 'sk-1\n', '키'],
  MAX_RUNNING_OUTPUTS: ['0', '1.5', '99999999999999999999'],
  MAX_QUEUED_TASKS: ['0', 'many'],
  MAX_CONNECTIONS: ['0', 'Infinity'],
  DRAIN_SECONDS: ['-1', '1e3', '.5', '2147484'],
  LOG_LEVEL: ['INFO', 'verbose'],
  ALLOWED_HOSTS: [
    '*',
    'a.*.org',
    '*.',
    '*.1.2.3.4',
    'example.org:443',
    '[::1]:80',
    'http://a.org',
    'a/b',
    'a.org,,b.org',
    'a b',
  ],
  CORS_ORIGINS: ['*', 'https://*.example.org', 'example.org', 'https://example.org/', 'https://a.org,', 'null'],
  COOKIE_SECRET: ['short'],
  ENCRYPTION_KEYS: [key, 'a:b'],
  OPERATOR_TOKEN: ['short', `${'x'.repeat(32)} x`, '토'.repeat(32)],
  TRUST_PROXY: ['yes', '1'],
  DEMO_TOKENS_PER_SECOND: ['0', '-40'],
  UPSTREAM_CONNECT_SECONDS: ['0'],
  UPSTREAM_MAX_BODY_MB: ['513'],
  UPSTREAM_MAX_LINE_KB: ['0', '1.5'],
  UPSTREAM_FINISH_REASON: ['stop', 'true'],
  UPSTREAM_RETRIES: ['-1', '101'],
  MAX_RETRY_AFTER: ['2m'],
  WEB_PUSH_CONTACT: ['operator@example.org', 'http://example.org', 'mailto:'],
  SOLAPI_API_KEY: ['a b'],
  SOLAPI_SENDER: ['+82 2 1234', 'me'],
  SOLAPI_BASE_URL: ['api.solapi.com'],
  WEBHOOKS: ['yes'],
}

for (const [name, values] of Object.entries(wrong)) {
  t.test(`a wrong ${name} stops the start with one line that says what would be right`, async t => {
    for (const value of values) {
      const message = refusal({ [name]: value })
      t.match(message, new RegExp(`^${name} .+, but must be .+$`), `${JSON.stringify(value)}: ${message}`)
      t.notMatch(message, /[\n\r\u2028\u2029]/)
    }
  })
}

t.test('the line shows the wrong value', async t => {
  t.equal(refusal({ PORT: '99999' }), 'PORT is "99999", but must be a whole number from 0 to 65535')
  t.match(refusal({ LOG_LEVEL: 'loud\n\u001b[31m\u2028' }), /^LOG_LEVEL is "loud\\n\\u001b\[31m\?", but/)
  t.match(refusal({ OPENAI_BASE_URL: 'localhost/v1' }), /is "localhost\/v1", but must be a URL such as/)
  t.match(refusal({ CORS_ORIGINS: 'https://a.org,b.org' }), /holds "b\.org"/)
  t.match(refusal({ DATABASE_URL: 'mysql://db/conch' }), /starts with mysql:\/\//)
  t.match(refusal({ COOKIE_SECRET: 'short' }), /has 5 characters, but must be at least 32/)
  t.ok(refusal({ PORT: '9'.repeat(1000) }).length < 150)
})

t.test('the line holds no secret', async t => {
  const secret = 'hunter2'
  for (const value of ['hunter2', 'x: hunter2\x7f', 'host: hunter2', 'a: b\na: hunter2', 'hunter2: a\nhunter2: b'])
    t.notMatch(refusal({ UPSTREAM_HEADERS: value }), secret)
  for (const value of ['hunter2', 'a=hunter2#', 'hunter2=b&c']) t.notMatch(refusal({ UPSTREAM_QUERY: value }), secret)
  for (const value of ['socks5://me:hunter2@h', 'http://me:hunter2%@h', 'http://me:hunter2@h:x'])
    for (const name of ['HTTP_PROXY', 'https_proxy']) t.notMatch(refusal({ [name]: value }), secret)
  const urls = ['mysql://user:hunter2@db', 'user:hunter2@db', 'postgres://user:hunter2', 'postgres://u:hunter2#@db:x/']
  for (const url of urls) t.notMatch(refusal({ DATABASE_URL: url }), secret)
  for (const url of ['http://user:hunter2@h/v1', 'http://h/v1?key=hunter2#', 'http://h/v1?key=hunter2 '])
    t.notMatch(refusal({ OPENAI_BASE_URL: url }), secret)
  t.notMatch(refusal({ OPENAI_API_KEY: 'sk hunter2' }), secret)
  t.notMatch(refusal({ COOKIE_SECRET: secret }), secret)
  for (const token of [secret, `${secret} ${secret.repeat(5)}`]) t.notMatch(refusal({ OPERATOR_TOKEN: token }), secret)
  t.notMatch(refusal({ ENCRYPTION_KEYS: `hunter2:${key},hunter2` }), secret)
  t.notOk(refusal({ ENCRYPTION_KEYS: `a:${key},b` }).includes(key))
})

t.test('a database that others may share needs secrets that they share, all named at once', async t => {
  const DATABASE_URL = 'postgres://db/conch'
  t.equal(
    refusal({ DATABASE_URL }),
    'COOKIE_SECRET, ENCRYPTION_KEYS and OPERATOR_TOKEN are not set, but must be given together with DATABASE_URL',
  )
  const { ENCRYPTION_KEYS, OPERATOR_TOKEN } = shared
  t.match(refusal({ DATABASE_URL, OPERATOR_TOKEN }), /^COOKIE_SECRET and ENCRYPTION_KEYS are not set/)
  t.match(refusal({ DATABASE_URL, OPERATOR_TOKEN, ENCRYPTION_KEYS }), /^COOKIE_SECRET is not set/)
  t.equal(readConfig({ DATABASE_URL, ...shared }).databaseUrl, DATABASE_URL)
})

t.test('text messages are configured as a whole', async t => {
  const account = { SOLAPI_API_KEY: 'k', SOLAPI_API_SECRET: 's', SOLAPI_SENDER: '02-1234-5678' }
  t.equal(readConfig({}).notifications.solapi, undefined)
  t.match(readConfig(account).notifications.solapi, { sender: '0212345678', alimtalk: undefined })
  const template = { SOLAPI_PFID: 'p', SOLAPI_TEMPLATE_ID: 't' }
  t.match(readConfig({ ...account, ...template }).notifications.solapi, { alimtalk: { pfId: 'p', templateId: 't' } })
  t.equal(
    refusal({ SOLAPI_API_KEY: 'k' }),
    'SOLAPI_API_SECRET and SOLAPI_SENDER are not set, but must be given together with SOLAPI_API_KEY',
  )
  t.match(refusal({ ...account, SOLAPI_PFID: 'p' }), /^SOLAPI_TEMPLATE_ID is not set/)
})

t.test('a .env file adds variables that the environment lacks', async t => {
  const directory = t.testdir({ '.env': 'PORT=1\nHOST="::1" # loopback\nOPENAI_API_KEY=sk-1\n' })
  t.same(loadEnvFile({ PORT: '2', OPENAI_API_KEY: '' }, `${directory}/.env`), {
    PORT: '2',
    HOST: '::1',
    OPENAI_API_KEY: '',
  })
})

t.test('a .env file may be missing, but not unreadable', async t => {
  const directory = t.testdir({})
  t.same(loadEnvFile({ PORT: '2' }, `${directory}/.env`), { PORT: '2' })
  t.throws(() => loadEnvFile({}, directory), { code: 'INVALID_CONFIG', message: /cannot be read \(EISDIR\)/ })
})

t.test('the table lists every variable once, with a default that is accepted', async t => {
  const names = configurationTable.map(({ name }) => name)
  t.same(names, [...new Set(names)])
  const defaults = Object.fromEntries(configurationTable.map(({ name, default: text }) => [name, text]))
  t.same(readConfig(defaults), readConfig({}))
  for (const { name, description } of configurationTable) t.match(description, /^[A-Z].+[^.]$/, name)
})
