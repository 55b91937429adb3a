/** Ends before Hangul, since a particle follows an address without a space: `https://example.com에서`. */
const rest = /^:\/\/[\w\-.~:/?#@!$&'*+,;=%()[\]]+/

/** What ends the sentence, not the address. */
const trailing = /[.,:;!?'*_]+$/

/**
 * A bare web address. As markdown-it's own rule it begins at the colon, since `h` does not stop the reading of plain text.
 * Only http and https, and only addresses of ASCII.
 *
 * @param {import('markdown-it').StateInline} state @param {boolean} silent
 */
export function autolink(state, silent) {
  if (state.linkLevel > 0 || state.src[state.pos] !== ':') return false
  const [scheme] = /(?<![a-z\d])https?$/i.exec(state.pending.slice(-6)) ?? []
  if (!scheme) return false
  const [found] = rest.exec(state.src.slice(state.pos, state.pos + maxLength)) ?? []
  const tail = found && withoutTrailing(found)
  if (!tail || !/^:\/\/[\w[]/.test(tail)) return false
  if (!silent) {
    const href = scheme + tail
    state.pending = state.pending.slice(0, -scheme.length)
    state.push('link_open', 'a', 1).attrs = [['href', href]]
    state.push('text', '', 0).content = href
    state.push('link_close', 'a', -1)
  }
  state.pos += tail.length
  return true
}

const maxLength = 2000

/** A closing bracket belongs to the address only if it was opened there. @param {string} address */
function withoutTrailing(address) {
  let end = address.replace(trailing, '')
  while (end.endsWith(')') && end.split('(').length < end.split(')').length)
    end = end.slice(0, -1).replace(trailing, '')
  return end
}
