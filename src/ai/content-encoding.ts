import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { type Body, UpstreamBody } from './upstream-body.ts'

/** More layers than this are an attack: each layer takes memory of its own. */
const maxLayers = 3

/** Each piece is passed on at once, and a body that is cut off ends as far as it came. */
const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const brotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }
const zstd = { flush: constants.ZSTD_e_flush, finishFlush: constants.ZSTD_e_flush }

/** By the names of RFC 9110 and 8878, with the old name for gzip. Each maker gets the first bytes. */
const decoders = new Map<string, (first: Buffer) => Transform>([
  ['gzip', () => createGunzip(zlib)],
  ['x-gzip', () => createGunzip(zlib)],
  ['br', () => createBrotliDecompress(brotli)],
  ['zstd', () => createZstdDecompress(zstd)],
  // RFC 9110 means the format of zlib, but some servers leave its two bytes out; their lowest bits are 8.
  ['deflate', first => (((first[0] ?? 0) & 15) === 8 ? createInflate(zlib) : createInflateRaw(zlib))],
])

/** Ends a body that is not encoded as its header says. The message is for users. */
export class NotEncoded extends Error {
  override readonly name = 'NotEncoded'
  readonly code = 'Z_NOT_ENCODED'

  constructor(encoding: string) {
    super(`the answer is not ${encoding}`)
  }
}

/**
 * Decodes what `Content-Encoding` names, though Conch asks for gzip only: gateways and caches send what they have.
 * `undefined` if one of the encodings is not known.
 */
export function decoded(body: Body, contentEncoding: string): Body | undefined {
  const encodings = contentEncoding
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && name !== 'identity')
  if (encodings.length > maxLayers) return undefined
  let plain = body
  for (const encoding of encodings.reverse()) {
    const decoder = decoders.get(encoding)
    if (!decoder) return undefined
    plain = decodedOnce(plain, encoding, decoder)
  }
  return plain
}

function decodedOnce(body: Body, encoding: string, decoder: (first: Buffer) => Transform): Body {
  let decoding: Transform | undefined
  let broken: NodeJS.ErrnoException | undefined
  const plain = new UpstreamBody(() => {
    body.close()
    decoding?.destroy()
  })
  // The decoder may end before its source does, and the source must not go on unread.
  const ended = (error?: NodeJS.ErrnoException) => {
    plain.end(error)
    body.close()
  }
  const begin = (first: Buffer) => {
    const made = decoder(first)
    made.on('data', bytes => plain.push(bytes))
    made.on('end', () => ended())
    // The connection broke, or the body is something else.
    made.on('error', error => ended(error === broken ? broken : new NotEncoded(encoding)))
    return made
  }
  body.read({
    data(bytes) {
      decoding ??= begin(bytes)
      decoding.write(bytes)
    },
    end(error) {
      broken = error
      if (!decoding) ended(error)
      else if (error) decoding.destroy(error)
      else decoding.end()
    },
  })
  return plain
}
