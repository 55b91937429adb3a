import { ApiError } from './api-error.ts'
import { isObject, type JsonSchema } from './response-format.ts'

/** At most this many values, and characters of text, are made for one schema; a schema that needs more is refused. */
const maxValues = 10_000
const maxTextChars = 100_000
/** References may lead round in circles. */
const maxDepth = 64

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'demo@example.com',
  hostname: 'example.com',
  ipv4: '127.0.0.1',
  ipv6: '::1',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/**
 * The smallest value that is valid against a schema of the subset that structured outputs take: objects with what they
 * require, arrays with `minItems`, enums, constants, references within the schema, and limits of numbers and texts.
 * Patterns are ignored. For a part of a schema, `root` is where its references lead.
 *
 * Throws `ApiError` with 400 for a schema that has no such value, or only a huge one.
 */
export function jsonInstance(root: JsonSchema, schema: JsonSchema = root): unknown {
  let values = 0
  let chars = 0
  return make(schema, 0)

  function make(schema: unknown, depth: number): unknown {
    if (++values > maxValues || depth > maxDepth) throw refused('it asks for more than this model writes')
    if (schema === true || schema === undefined) return {}
    if (!isObject(schema)) throw refused('a schema is neither an object nor true')
    if ('const' in schema) return schema.const
    if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0]
    if (typeof schema.$ref === 'string') return make(resolve(schema.$ref), depth + 1)
    if (Array.isArray(schema.anyOf)) return anyOf(schema.anyOf, depth)
    const type = Array.isArray(schema.type) ? (schema.type.includes('null') ? 'null' : schema.type[0]) : schema.type
    switch (type ?? (isObject(schema.properties) ? 'object' : undefined)) {
      case 'object':
        return objectOf(schema, depth)
      case 'array':
        return arrayOf(schema, depth)
      case 'string':
        return stringOf(schema)
      case 'integer':
        return numberOf(schema, Number(schema.multipleOf ?? 1))
      case 'number':
        return numberOf(schema, schema.multipleOf === undefined ? undefined : Number(schema.multipleOf))
      case 'boolean':
        return false
      case 'null':
        return null
      case undefined:
        return {}
      default:
        throw refused('it has an unknown type')
    }
  }

  function objectOf({ properties, required }: JsonSchema, depth: number): Record<string, unknown> {
    const names = Array.isArray(required) ? required.map(String) : []
    const known = isObject(properties) ? properties : {}
    // In the order of the properties, as OpenAI writes them.
    const ordered = [
      ...Object.keys(known).filter(name => names.includes(name)),
      ...names.filter(name => !Object.hasOwn(known, name)),
    ]
    return Object.fromEntries(
      ordered.map(name => [name, make(Object.hasOwn(known, name) ? known[name] : undefined, depth + 1)]),
    )
  }

  function arrayOf({ items, minItems }: JsonSchema, depth: number): unknown[] {
    const count = Number(minItems ?? 0)
    if (!(count <= maxValues)) throw refused('it asks for more than this model writes')
    return Array.from({ length: Math.max(0, Math.ceil(count)) }, () => make(items, depth + 1))
  }

  function stringOf({ format, minLength, maxLength }: JsonSchema): string {
    const known = typeof format === 'string' ? formats[format] : undefined
    if (known !== undefined) return known
    const least = Number(minLength ?? 0)
    chars += least
    if (!(chars <= maxTextChars)) throw refused('it asks for more than this model writes')
    return '데모'.padEnd(least, '데모').slice(0, Number(maxLength ?? Number.POSITIVE_INFINITY))
  }

  /** The value nearest to 0 that the limits allow. */
  function numberOf(schema: JsonSchema, step: number | undefined): number {
    const limit = (name: string, otherwise: number) => Number(schema[name] ?? otherwise)
    const gap = step ?? 0.5
    const low = Math.max(
      limit('minimum', Number.NEGATIVE_INFINITY),
      limit('exclusiveMinimum', Number.NEGATIVE_INFINITY),
    )
    const high = Math.min(
      limit('maximum', Number.POSITIVE_INFINITY),
      limit('exclusiveMaximum', Number.POSITIVE_INFINITY),
    )
    const allowed = (value: number) =>
      value >= limit('minimum', Number.NEGATIVE_INFINITY) &&
      value <= limit('maximum', Number.POSITIVE_INFINITY) &&
      value > limit('exclusiveMinimum', Number.NEGATIVE_INFINITY) &&
      value < limit('exclusiveMaximum', Number.POSITIVE_INFINITY)
    const near = Math.min(Math.max(0, low), high)
    const steps = [Math.ceil(near / gap), Math.ceil(near / gap) + 1, Math.floor(near / gap), Math.floor(near / gap) - 1]
    const found = [...steps.map(count => count * gap), ...(step === undefined ? [near, (low + high) / 2] : [])].find(
      allowed,
    )
    if (found === undefined) throw refused('no number is within its limits')
    // Not -0.
    return found + 0
  }

  /** The first that has a value at all: of a list that holds itself, the end. */
  function anyOf(choices: readonly unknown[], depth: number): unknown {
    const simplest = choices.find(choice => isObject(choice) && choice.type === 'null') ?? choices[0]
    return make(simplest, depth + 1)
  }

  function resolve(reference: string): unknown {
    let target: unknown = root
    for (const part of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      target = isObject(target) && Object.hasOwn(target, key) ? target[key] : undefined
    }
    if (target === undefined || !reference.startsWith('#')) throw refused('a reference leads nowhere')
    return target
  }
}

function refused(reason: string): ApiError {
  return new ApiError(400, `Invalid schema for response_format: ${reason}.`, {
    param: 'response_format.json_schema.schema',
  })
}
