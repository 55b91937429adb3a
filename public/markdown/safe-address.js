const schemes = new Set(['http:', 'https:', 'mailto:'])

/** The parser of addresses takes quotes in a name, too. */
const host = /^([\w.-]+|\[[\da-f:.]+\])$/i

/**
 * The address of a link that a model wrote, if it may be one: absolute, and http, https or mailto. Without a base the parser
 * of addresses refuses relative ones, which would lead into Conch.
 *
 * @param {string} href
 * @returns {string | undefined}
 */
export function safeAddress(href) {
  const address = URL.parse ? URL.parse(href) : parsed(href)
  if (!address || !schemes.has(address.protocol)) return undefined
  return address.protocol === 'mailto:' || host.test(address.hostname) ? address.href : undefined
}

/** @param {string} href */
function parsed(href) {
  try {
    return new URL(href)
  } catch {
    return null
  }
}
