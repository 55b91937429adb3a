import { isIP } from 'node:net'
import { type EncryptionKey, parseEncryptionKeys } from './db/encryption-keys.ts'

/** Reads the text of a variable, or throws `InvalidConfig`. */
export type Parse<T> = (text: string, variable: string) => T

/** What the process was started with is wrong. The message is one line for people, and holds no secret. */
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

export const databaseUrl = serverUrl(
  /^postgres(ql)?:/i,
  'postgres://user:password@host:port/name (special characters of the password percent-encoded)',
)

export const redisUrl = serverUrl(
  /^rediss?:/i,
  'redis://user:password@host:port, or rediss:// for TLS (special characters of the password percent-encoded)',
)

/** Of a value that may hold a password nothing is shown but the scheme: a broken URL does not say where its password is. */
function serverUrl(schemes: RegExp, expected: string): Parse<string> {
  return (text, variable) => {
    const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0]
    if (!scheme || !URL.canParse(text)) throw new InvalidConfig(variable, 'is not a URL', expected)
    if (schemes.test(scheme)) return text
    throw new InvalidConfig(variable, `starts with ${scheme}`, expected)
  }
}

/** No braces: in a cluster they say what a key's slot is. */
export function redisPrefix(text: string, variable: string): string {
  if (/^[\w.:-]{1,100}$/.test(text)) return text
  throw new InvalidConfig(variable, `is ${shown(text)}`, 'up to 100 letters, digits, and any of _ . : -')
}

export function baseUrl(text: string, variable: string): string {
  const expected = 'a URL such as https://example.org/v1, without user name, password or query'
  if (text.includes('@')) throw new InvalidConfig(variable, 'has an @ in it', expected)
  if (URL.canParse(text) && /^https?:\/\/[^?#]+$/i.test(text)) return text
  throw new InvalidConfig(variable, `is ${shown(text.replace(/[?#].*$/s, '?...'))}`, expected)
}

/** Whom a push service may write to about what it gets from here (RFC 8292, 2.1). */
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
