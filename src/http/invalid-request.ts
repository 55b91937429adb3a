import type { FastifySchemaValidationError } from 'fastify'
import { Problem } from '../problem.ts'

const maxErrors = 20
const maxPointerLength = 200

/**
 * What a schema found, as a 400 problem `invalid-request` with `errors: [{ in?, pointer, detail }]`, at most 20.
 *
 * `pointer` is a JSON pointer (RFC 6901) into the body; where the mistake is not in the body, `in` says where: `query`,
 * `params` or `headers`. There is one error for each place, and no value that was sent is repeated.
 * `detail` is for people and says the first of them.
 */
export function invalidRequest(findings: FastifySchemaValidationError[], context = 'body'): Problem {
  const place = context === 'querystring' ? 'query' : context
  const groups = [...Map.groupBy(findings, pointerOf)].slice(0, maxErrors)
  const errors = groups.map(([pointer, group]) => ({
    ...(place !== 'body' && { in: place }),
    pointer: pointer.slice(0, maxPointerLength),
    detail: detailOf(group),
  }))
  return new Problem({
    status: 400,
    code: 'invalid-request',
    title: 'The request is not valid',
    detail: first(groups, place),
    extensions: { errors },
  })
}

/** Does not repeat a member's name that only the sender knows. */
function first([group]: [string, FastifySchemaValidationError[]][], place: string): string {
  const [pointer = '', findings = []] = group ?? []
  const unknown = findings[0]?.keyword === 'additionalProperties'
  const subject = unknown ? `A member of the ${place}` : pointer ? `${pointer} in the ${place}` : `The ${place}`
  return `${subject} ${detailOf(findings)}.`
}

/** Of the member at fault, even where the schema's finding is about the object around it. */
function pointerOf({ instancePath, params }: FastifySchemaValidationError): string {
  const member = params.missingProperty ?? params.additionalProperty
  if (typeof member !== 'string') return instancePath
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The alternatives of a union are found one by one: they become one sentence. */
function detailOf(findings: FastifySchemaValidationError[]): string {
  const allowed = findings.flatMap(({ params }) => params.allowedValues ?? params.allowedValue ?? [])
  if (allowed.length > 0) return `must be one of ${allowed.map(value => JSON.stringify(value)).join(', ')}`
  const union = findings.some(({ keyword }) => keyword === 'anyOf')
  const details = findings.filter(({ keyword }) => keyword !== 'anyOf').map(sentence)
  return [...new Set(details)].join(union ? ' or ' : ' and ') || 'is not valid'
}

function sentence({ keyword, message = 'is not valid' }: FastifySchemaValidationError): string {
  if (keyword === 'required') return 'is missing'
  if (keyword === 'additionalProperties') return 'is not known here'
  return message
}
