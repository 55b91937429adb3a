import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Whether an address is on the public internet: not loopback, private, link-local (where clouds keep their metadata),
 * shared, multicast, reserved or made to reach an IPv4 address through IPv6. An IPv4 address written as IPv6 counts as
 * IPv4.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  // ipaddr.js calls unknown IPv6 addresses unicast; only this range is in use so far (RFC 4291, 2.4).
  return parsed.kind() === 'ipv4' || globalUnicast.check(parsed.toString(), 'ipv6')
}

const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/**
 * The URL, if requests to it are allowed: https, without user and password, and with a public address if the host is an
 * address. A name is checked by what it resolves to, at each connection: see `guardedAgent`. `allowPrivate` allows http and
 * any host.
 */
export function outsideUrl(text: string, { allowPrivate }: { allowPrivate: boolean }): URL | undefined {
  const url = URL.parse(text)
  if (!url || url.username || url.password || url.hash) return undefined
  if (allowPrivate) return /^https?:$/.test(url.protocol) ? url : undefined
  if (url.protocol !== 'https:') return undefined
  const host = bare(url.hostname)
  if (isIP(host)) return isPublicAddress(host) ? url : undefined
  return /(^|\.)(localhost|local|internal)\.?$/.test(host) || !host.includes('.') ? undefined : url
}

/** Without the brackets that URLs put around IPv6. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
