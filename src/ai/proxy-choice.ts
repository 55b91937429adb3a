import ipaddr from 'ipaddr.js'
import type { Proxies } from '../config/read-config.ts'

/** The proxy for a server; none for this machine itself, whatever the settings say. */
export function proxyFor(server: string, { http, https, exempt }: Proxies): string | undefined {
  const { protocol, hostname, port } = new URL(server)
  const proxy = protocol === 'https:' ? https : http
  if (!proxy) return undefined
  const host = bare(hostname)
  const direct = isThisMachine(host) || isExempt(host, Number(port) || (protocol === 'https:' ? 443 : 80), exempt)
  return direct ? undefined : proxy
}

function isThisMachine(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return ipaddr.isValid(host) && ['loopback', 'unspecified'].includes(ipaddr.process(host).range())
}

/**
 * Entries are separated by commas or white space, as in curl, Go and undici: `*`; a host, which includes those below it;
 * `.host` and `*.host`; an address, or a network such as `10.0.0.0/8`. An entry with `:port` is for that port alone.
 * Case makes no difference, and any other entry matches nothing.
 */
function isExempt(host: string, port: number, exempt: string): boolean {
  return exempt
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => {
      const [, name = '', itsPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
      if (itsPort !== undefined && Number(itsPort) !== port) return false
      return name === '*' || matches(host, bare(name))
    })
}

function matches(host: string, name: string): boolean {
  if (ipaddr.isValidCIDR(name)) {
    const [network, bits] = ipaddr.parseCIDR(name)
    if (!ipaddr.isValid(host)) return false
    const address = ipaddr.process(host)
    return address.kind() === network.kind() && address.match(network, bits)
  }
  if (ipaddr.isValid(name))
    return ipaddr.isValid(host) && ipaddr.process(host).toString() === ipaddr.process(name).toString()
  const suffix = name.replace(/^\*?\./, '')
  if (suffix === '') return false
  // `*.host` matches only the hosts below it; the other forms match the host as well.
  return host.endsWith(`.${suffix}`) || (host === suffix && !name.startsWith('*'))
}

/** Without the brackets of an IPv6 address, and without the final dot of a full name. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/(?<=.)\.$/, '')
}
