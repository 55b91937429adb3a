import type { FastifySchemaValidationError } from 'fastify'
import { Problem } from '../base/problem.ts'

const maxPointerLength = 200

/**
 * What a schema found, as a 400 problem `invalid-request` with `errors: [{ in?, pointer, detail }]`: one error, the first that
 * was found.
 *
 * `pointer` is a JSON pointer (RFC 6901) into the body; where the mistake is not in the body, `in` says where: `query`,
 * `params` or `headers`. No value that was sent is repeated. `detail` is for people and says the same.
 *
 * @param findings of one mistake: several where a union refused each of its alternatives, the last one the union itself
 * @param context where Fastify looked: `body`, `querystring`, `params` or `headers`
 */
export function invalidRequest(findings: readonly FastifySchemaValidationError[], context = 'body'): Problem {
  const place = context === 'querystring' ? 'query' : context
  const whole = findings.at(-1)
  const pointer = whole ? pointerOf(whole) : ''
  const detail = detailOf(findings.filter(finding => pointerOf(finding) === pointer))
  return new Problem({
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: `${subjectOf(whole, pointer, place)} ${detail}.`,
    extensions: {
      errors: [{ ...(place !== 'body' && { in: place }), pointer: pointer.slice(0, maxPointerLength), detail }],
    },
  })
}

/** There is no body where the schema wants one. */
export function missingBody(): Problem {
  return new Problem({
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: 'The body is missing: send a JSON object.',
    extensions: { errors: [{ pointer: '', detail: 'is missing' }] },
  })
}

/** Does not repeat a member's name that only the sender knows. */
function subjectOf(finding: FastifySchemaValidationError | undefined, pointer: string, place: string): string {
  if (finding?.keyword === 'additionalProperties') return `A member of the ${place}`
  return pointer ? `${pointer} in the ${place}` : `The ${place}`
}

/** Of the member at fault, even where the schema's finding is about the object around it. */
function pointerOf({ instancePath, params }: FastifySchemaValidationError): string {
  const member = params.missingProperty ?? params.additionalProperty
  if (typeof member !== 'string') return instancePath
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The alternatives of a union are found one by one: they become one sentence. */
function detailOf(findings: readonly FastifySchemaValidationError[]): string {
  const allowed = findings.flatMap(({ params }) => params.allowedValues ?? params.allowedValue ?? [])
  if (allowed.length > 0) return `must be one of ${allowed.map(value => JSON.stringify(value)).join(', ')}`
  const details = findings.filter(({ keyword }) => keyword !== 'anyOf').map(sentence)
  return [...new Set(details)].join(' or ') || 'is not valid'
}

function sentence({ keyword, message = 'is not valid' }: FastifySchemaValidationError): string {
  if (keyword === 'required') return 'is missing'
  if (keyword === 'additionalProperties') return 'is not known here'
  return message
}
