import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector } from 'undici'

const connectTimeoutMs = 5_000
/** For the answer to begin, and between two pieces of it. */
const answerTimeoutMs = 10_000

/** The address is one that users may not have us call: it is of this machine, this network, or nobody's. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
  readonly code = 'ADDRESS_REFUSED'

  constructor() {
    super('not a public address')
  }
}

export interface Guard {
  /** For tests and intranets: any address, and http as well as https. */
  allowPrivate: boolean
}

/**
 * Connections to addresses that users give, and only to public ones. What a name resolves to is looked at when the
 * connection is made, and the connection goes to what was looked at: a name that means something else a moment later
 * gains nothing. Redirects are not followed: `request` of undici does not.
 */
export function guardedAgent({ allowPrivate }: Guard): Agent {
  const limits = { headersTimeout: answerTimeoutMs, bodyTimeout: answerTimeoutMs, pipelining: 0 }
  const connect = buildConnector({ timeout: connectTimeoutMs, ...(!allowPrivate && { lookup: publicLookup }) })
  return new Agent({
    ...limits,
    connect(options, callback) {
      // An address is connected to without being looked up.
      const address = bare(options.hostname)
      if (!allowPrivate && isIP(address) && !isPublic(address)) return callback(new AddressRefused(), null)
      connect(options, callback)
    },
  })
}

/**
 * A URL that a user may have us call; `undefined` for any other. A name is not resolved: what it means is looked at when
 * it is called.
 */
export function callableUrl(text: string, { allowPrivate }: Guard): URL | undefined {
  const url = URL.parse(text)
  if (!url || url.username || url.password) return undefined
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return undefined
  if (allowPrivate) return url
  const host = bare(url.hostname)
  const isLocal = /(^|\.)(localhost|local|internal|localdomain)\.?$/i.test(host) || (!isIP(host) && !host.includes('.'))
  return isLocal || (isIP(host) && !isPublic(host)) ? undefined : url
}

/** IPv6 addresses stand in brackets in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** By the registries of special addresses (RFC 6890) that ipaddr.js keeps; an IPv4 address in IPv6 clothes is undressed. */
function isPublic(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast'
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    const allowed = addresses.filter(({ address }) => isPublic(address))
    const [first] = allowed
    if (!first) return callback(new AddressRefused(), '')
    if (options.all) callback(null, allowed)
    else callback(null, first.address, first.family)
  })
}
