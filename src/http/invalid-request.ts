import type { FastifySchemaValidationError } from 'fastify'
import { Problem } from '../base/problem.ts'

const maxPointerLength = 200

/**
 * Turns what a schema found into a 400 problem `invalid-request` with `errors: [{ in?, pointer, detail }]`: the first error only.
 *
 * `pointer` is a JSON pointer (RFC 6901) into the body; where the mistake is not in the body, `in` says where: `query`,
 * `params` or `headers`. No value from the request is repeated. `detail` says the same for people.
 *
 * @param findings of one mistake: several where a union refused each of its alternatives, the last one from the union itself
 * @param context the part that Fastify validated: `body`, `querystring`, `params` or `headers`
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

/** The body is missing where the schema requires one. */
export function missingBody(): Problem {
  return new Problem({
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: 'The body is missing: send a JSON object.',
    extensions: { errors: [{ pointer: '', detail: 'is missing' }] },
  })
}

/** Does not repeat the name of a member that the schema does not have. */
function subjectOf(finding: FastifySchemaValidationError | undefined, pointer: string, place: string): string {
  if (finding?.keyword === 'additionalProperties') return `A member of the ${place}`
  return pointer ? `${pointer} in the ${place}` : `The ${place}`
}

/** Points to the member at fault, even where the schema's finding is about the object around it. */
function pointerOf({ instancePath, params }: FastifySchemaValidationError): string {
  const member = params.missingProperty ?? params.additionalProperty
  if (typeof member !== 'string') return instancePath
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Joins the findings about the alternatives of a union into one sentence. */
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
