/** @typedef {import('./tree.js').Node} Node */

/**
 * A browser breaks a paragraph into lines as one piece of work, whose time grows with the square of its length: 3 ms for 2,000
 * characters of Korean, 150 ms for 16,000, several seconds for 70,000, and again for each word that is added. So a longer
 * paragraph is drawn as several, cut at the end of a sentence.
 */
export const maxPieceCharacters = 2000

/**
 * The inline nodes of a paragraph, in pieces of at most about `maxPieceCharacters`; an element that is cut goes on in the next.
 *
 * @param {readonly Node[]} nodes
 * @returns {Node[][]}
 */
export function inBoundedPieces(nodes) {
  if (lengthOf(nodes) <= maxPieceCharacters) return [[...nodes]]
  const pieces = /** @type {Node[][]} */ ([[]])
  let room = maxPieceCharacters
  /** @param {Node} node */
  const add = node => pieces.at(-1)?.push(node)
  const cut = () => {
    pieces.push([])
    room = maxPieceCharacters
  }
  for (const node of nodes) {
    const parts = typeof node === 'string' ? textPieces(node, room) : elementPieces(node, room)
    parts.forEach((part, index) => {
      if (index > 0 || room <= 0) cut()
      add(part)
      room -= lengthOf([part])
    })
  }
  return pieces.filter(piece => piece.length > 0)
}

/** @param {import('./tree.js').Element} node @param {number} room @returns {Node[]} */
function elementPieces(node, room) {
  if (!('children' in node) || lengthOf([node]) <= room) return [node]
  return inBoundedPieces(node.children).map(children => ({ ...node, children }))
}

/**
 * A text in pieces of at most `maxPieceCharacters`, the first of at most `room`: cut after a sentence, else a space, else
 * anywhere but inside a character.
 *
 * @param {string} text
 * @param {number} [room]
 */
export function textPieces(text, room = maxPieceCharacters) {
  const pieces = []
  let rest = text
  for (let most = Math.max(room, 1); rest.length > most; most = maxPieceCharacters) {
    const end = cutBefore(rest, most)
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  pieces.push(rest)
  return pieces
}

/** @param {string} text @param {number} most */
function cutBefore(text, most) {
  const within = text.slice(Math.max(0, most - 400), most)
  const offset = most - within.length
  const sentence = Math.max(...['. ', '? ', '! ', '。', '.\n'].map(end => within.lastIndexOf(end)))
  if (sentence >= 0) return offset + sentence + (within[sentence] === '。' ? 1 : 2)
  const space = within.lastIndexOf(' ')
  if (space >= 0) return offset + space + 1
  const high = text.charCodeAt(most - 1)
  return most > 1 && high >= 0xd800 && high < 0xdc00 ? most - 1 : most
}

/** @param {readonly Node[]} nodes @returns {number} */
function lengthOf(nodes) {
  return nodes.reduce((sum, node) => {
    if (typeof node === 'string') return sum + node.length
    if ('children' in node) return sum + lengthOf(node.children)
    if ('text' in node) return sum + node.text.length
    return sum + 1
  }, 0)
}
