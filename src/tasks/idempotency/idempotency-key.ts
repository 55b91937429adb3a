import { Type } from 'typebox'
import { Problem } from '../../base/problem.ts'

/** Headers of every route that creates a task. `readIdempotencyKey` checks the key and words the refusal. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      // Each of the 255 may have a backslash before it.
      maxLength: 520,
      description:
        'Makes it safe to send this again: with the same key, the same request gets the same task and nothing is created. ' +
        '1 to 255 visible ASCII characters, such as a UUID, with or without double quotes around them. Another request ' +
        'with this key is refused with 422. Keys belong to the owner, so send the cookie: a first request without one ' +
        'cannot be known again. A key is free again when its task is removed.',
    }),
  ),
})

const bare = /^[!#-~]{1,255}$/
const quoted = /^"((?:[!#-[\]-~]|\\["\\]){1,255})"$/

/**
 * The key in a header `Idempotency-Key`: a string of RFC 9651, as draft-ietf-httpapi-idempotency-key-header-07 has it, or
 * the same without its quotes, as most clients send it. Both are the same key. Undefined without the header.
 *
 * @throws Problem `invalid-request`
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || bare.test(header)) return header
  const content = quoted.exec(header)?.[1]
  if (content === undefined) throw malformedKey()
  return content.replaceAll(/\\(["\\])/g, '$1')
}

function malformedKey(): Problem {
  const detail = 'must be 1 to 255 visible ASCII characters, with or without double quotes around them'
  return new Problem({
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: `/idempotency-key in the headers ${detail}.`,
    extensions: { errors: [{ in: 'headers', pointer: '/idempotency-key', detail }] },
  })
}
