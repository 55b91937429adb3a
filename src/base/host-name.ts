/** The longest name in DNS has 253 characters; with its final dot and a port. */
const maxLength = 260

/**
 * The name or address in an authority (`Host: Example.org:3000`) in the one form in which all ways to write it are
 * equal: lower case, punycode, IPv4 as four decimals, IPv6 shortened and without brackets; without port and final dot.
 * Browsers send that form, but for dot, port and brackets. Undefined for a string that is no authority, or has a user
 * in it.
 */
export function hostName(authority: string): string | undefined {
  if (authority.length > maxLength || !/^(\[[\da-f:.]+\]|[^\s/?#@\\:[\]%]+)(:\d*)?$/i.test(authority)) return undefined
  const hostname = URL.parse(`http://${authority}`)?.hostname
  return hostname?.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '') || undefined
}
