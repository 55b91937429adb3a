import { isIP } from 'node:net'
import { hostName } from '../base/host-name.ts'
import { type EncryptionKey, parseEncryptionKeys } from './encryption-keys.ts'

/** Reads the text of a variable, or throws `InvalidConfig`. */
export type Parse<T> = (text: string, variable: string) => T

/** A setting of the process is wrong. The message is one line for people, and holds no secret. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig'
  readonly code = 'INVALID_CONFIG'
  readonly variable: string

  constructor(variable: string, got: string, expected: string) {
    super(`${variable} ${got}, but must be ${expected}`)
    this.variable = variable
  }
}

/** Only digits, so that `1e3`, `0x10`, ` 5` and `Infinity` are mistakes rather than surprises. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Parse<number> {
  return (text, variable) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
    throw new InvalidConfig(variable, `is ${shown(text)}`, `a whole number ${range}`)
  }
}

export function decimal(min: number, max = 1_000_000): Parse<number> {
  return (text, variable) => {
    const value = /^\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidConfig(variable, `is ${shown(text)}`, `a number from ${min} to ${max}`)
  }
}

/** Seconds, read as milliseconds. The upper end is that of Node's timers: beyond 2^31 - 1 ms they fire at once. */
export function milliseconds(minSeconds: number): Parse<number> {
  const seconds = decimal(minSeconds, 2_147_483)
  return (text, variable) => Math.round(seconds(text, variable) * 1000)
}

export function oneOf<T extends string>(values: readonly T[]): Parse<T> {
  return (text, variable) => {
    const value = values.find(candidate => candidate === text)
    if (value) return value
    throw new InvalidConfig(variable, `is ${shown(text)}`, `one of ${values.join(', ')}`)
  }
}

export function host(text: string, variable: string): string {
  if (isIP(text) || /^[\w.-]+$/.test(text)) return text
  throw new InvalidConfig(variable, `is ${shown(text)}`, 'an address or a host name without a port, such as 127.0.0.1')
}

/** What stands first in a path of Conch's own: below it, a path that a proxy has stripped looks like one that it has kept. */
const ownNames = [
  ...['api', 'assets', 'docs', 'favicon.ico', 'favicon.svg', 'healthz', 'icons', 'index.html', 'manifest.webmanifest'],
  ...['metrics', 'operations', 'readyz', 'service-worker.js', 'vendor'],
]

/** Without a slash at its end; '' for the whole host. */
export function basePath(text: string, variable: string): string {
  const path = text.replace(/\/+$/, '')
  const expected =
    'a path such as /conch or /apps/conch, of letters, digits and any of _ . ~ -, that begins with no path of Conch'
  const parts = path.split('/').slice(1)
  const isOne = /^(\/[\w.~-]{1,60}){0,5}$/.test(path) && !parts.some(part => /^\.+$/.test(part))
  if (isOne && !ownNames.includes(parts[0] ?? '')) return path
  throw new InvalidConfig(variable, `is ${shown(text)}`, expected)
}

export const databaseUrl = serverUrl(
  /^postgres(ql)?:/i,
  'postgres://user:password@host:port/name (special characters of the password percent-encoded)',
)

export const redisUrl = serverUrl(
  /^rediss?:/i,
  'redis://user:password@host:port, or rediss:// for TLS (special characters of the password percent-encoded)',
)

/** Shows only the scheme of a value that may hold a password: a broken URL does not show where its password is. */
function serverUrl(schemes: RegExp, expected: string): Parse<string> {
  return (text, variable) => {
    const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0]
    if (!scheme || !URL.canParse(text)) throw new InvalidConfig(variable, 'is not a URL', expected)
    if (schemes.test(scheme)) return text
    throw new InvalidConfig(variable, `starts with ${scheme}`, expected)
  }
}

/** No braces: in a cluster they determine a key's slot. */
export function redisPrefix(text: string, variable: string): string {
  if (/^[\w.:-]{1,100}$/.test(text)) return text
  throw new InvalidConfig(variable, `is ${shown(text)}`, 'up to 100 letters, digits, and any of _ . : -')
}

export const baseUrl = httpUrl(/^https?:\/\/[^?#]+$/i, 'without user name, password or query')

/** With a query, as some gateways want one: it may hold a secret. */
export const modelUrl = httpUrl(/^https?:\/\/[^?#]+(\?[\x21-\x7e]*)?$/i, 'without user name, password or fragment')

function httpUrl(form: RegExp, but: string): Parse<string> {
  return (text, variable) => {
    const expected = `a URL such as https://example.org/v1, ${but}`
    if (text.includes('@')) throw new InvalidConfig(variable, 'has an @ in it', expected)
    if (URL.canParse(text) && form.test(text) && !text.includes('#')) return text
    throw new InvalidConfig(variable, `is ${shown(text.replace(/[?#].*$/s, '?...'))}`, expected)
  }
}

/** A proxy, at `http:` if it names no scheme. The message shows nothing of it: see `serverUrl`. */
export function proxyUrl(text: string, variable: string): string {
  const expected = 'http://user:password@host:port, or https:// (special characters of the password percent-encoded)'
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (!url) throw new InvalidConfig(variable, 'is not a URL', expected)
  if (!/^https?:$/.test(url.protocol)) throw new InvalidConfig(variable, `starts with ${url.protocol}//`, expected)
  if (/%(?![\da-f]{2})/i.test(url.username + url.password))
    throw new InvalidConfig(variable, 'has a % that begins no code of a character', expected)
  return url.href
}

/** Headers that describe how a request is sent, and are set when it is made. */
const headersOfOurs = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** By names in lower case. Only names of our own are shown: a line may be a secret without its name. */
export function headers(text: string, variable: string): Readonly<Record<string, string>> {
  const expected = 'one header a line, such as api-key: 0123456789'
  const found = new Map<string, string>()
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*([\t\x20-\x7e]*?)\s*$/.exec(line) ?? []
    const key = name.toLowerCase()
    const wrong = (what: string) => new InvalidConfig(variable, `${what} in line ${at + 1}`, expected)
    if (!value) throw wrong('has no header that can be sent')
    if (headersOfOurs.has(key)) throw wrong(`has ${key}, which Conch sets itself,`)
    if (found.has(key)) throw wrong('has a header for the second time')
    found.set(key, value)
  }
  return Object.freeze(Object.fromEntries(found))
}

/** As it is sent, without a `?`. */
export function query(text: string, variable: string): string {
  const expected = 'name=value, or several with & between them, percent-encoded'
  const bare = text.replace(/^\?/, '')
  if (/[^\x21-\x7e]|[?#]/.test(bare))
    throw new InvalidConfig(variable, 'holds a character that a query cannot', expected)
  const parameters = bare === '' ? [] : bare.split('&')
  if (!parameters.every(parameter => /^[^=]+=/.test(parameter)))
    throw new InvalidConfig(variable, 'holds something that is no name=value', expected)
  return bare
}

/** The contact for a push service that has a question about our requests (RFC 8292, 2.1). */
export function contact(text: string, variable: string): string {
  if (/^mailto:[^\s@]+@[^\s@]+$/.test(text)) return text
  if (/^https:\/\/[^\s?#@]+$/.test(text) && URL.canParse(text)) return text
  throw new InvalidConfig(variable, `is ${shown(text)}`, 'mailto:someone@example.org or an https:// address')
}

/** A Korean number that messages are sent from, in digits. */
export function senderNumber(text: string, variable: string): string {
  const digits = text.replaceAll('-', '')
  if (/^\d{8,12}$/.test(digits)) return digits
  throw new InvalidConfig(variable, 'is not a phone number', 'one registered with SOLAPI, such as 0212345678')
}

/** Origins as browsers send them: lower case, without the scheme's own port. */
export function origins(text: string, variable: string): string[] {
  const list = (text ? text.split(',') : []).map(entry => {
    const url = URL.parse(entry.trim())
    if (url && /^https?:\/\/[^/?#@\\*]+$/i.test(entry.trim())) return url.origin
    const expected = 'a list of origins without paths and wildcards, such as https://example.org,https://example.net'
    throw new InvalidConfig(variable, `holds ${shown(entry)}`, expected)
  })
  Object.freeze(list)
  return list
}

/** Host names without ports, as `hostName` writes them, each alone or as `*.` and all that is below it. */
export function hostNames(text: string, variable: string): string[] {
  const list = (text ? text.split(',') : []).map(entry => {
    const [, below = '', host = ''] = /^(\*\.)?(.*)$/s.exec(entry.trim()) ?? []
    const authority = isIP(host) === 6 ? `[${host}]` : host
    // A port means nothing here: a user who gives one expects that it does.
    const name = /\*|:\d*$/.test(authority) ? undefined : hostName(authority)
    if (name && !(below && isIP(name))) return below + name
    const expected = 'a list of host names without ports, such as example.org,*.example.net'
    throw new InvalidConfig(variable, `holds ${shown(entry)}`, expected)
  })
  Object.freeze(list)
  return list
}

export function apiKey(text: string, variable: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new InvalidConfig(variable, 'holds a space or a character that HTTP headers cannot carry', 'the key alone')
}

export function cookieSecret(text: string, variable: string): string {
  if (text.length >= 32) return text
  const expected = 'at least 32 characters, such as those from: openssl rand -base64 32'
  throw new InvalidConfig(variable, `has ${text.length} characters`, expected)
}

export function operatorToken(text: string, variable: string): string {
  const expected = 'at least 32 characters, such as those from: openssl rand -base64 32'
  if (text.length < 32) throw new InvalidConfig(variable, `has ${text.length} characters`, expected)
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new InvalidConfig(variable, 'holds a space or a character that HTTP headers cannot carry', expected)
}

export function encryptionKeys(text: string, variable: string): EncryptionKey[] {
  try {
    const keys = parseEncryptionKeys(text).map(key => Object.freeze(key))
    Object.freeze(keys)
    return keys
  } catch (error) {
    throw new InvalidConfig(variable, `cannot be read (${(error as Error).message})`, 'id:base64,id2:base64')
  }
}

/** Quoted, on one line and short. */
function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}...` : text
  return JSON.stringify(short).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}
