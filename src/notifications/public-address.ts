import { BlockList, isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Whether an address is one of the public internet: not loopback, private, link-local (where clouds keep their metadata),
 * shared, multicast, reserved or made to reach an IPv4 address through IPv6. An IPv4 address in IPv6 clothes counts as
 * what it is.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  // Of IPv6, ipaddr.js calls unicast what it does not know; the world has no more than this so far (RFC 4291, 2.4).
  return parsed.kind() === 'ipv4' || globalUnicast.check(parsed.toString(), 'ipv6')
}

const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/**
 * The URL, if requests to it may be tried: https, without user and password, and the host, where it is an address, a public
 * one. A name is judged by what it leads to, at each connection: see `guardedAgent`. With `allowPrivate`, http and any host.
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
