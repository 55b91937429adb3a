import { invalid } from './api-error.ts'

/** What a completion must look like: `response_format` of a request. */
export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON object. */
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly name: string; readonly schema: JsonSchema; readonly strict: boolean }

export type JsonSchema = Readonly<Record<string, unknown>>

/** Deeper schemas are refused: a function that walks a schema calls itself for each level. */
const maxDepth = 32

/**
 * Checks a `response_format` as OpenAI does: type, name and, with `strict`, that every object of the schema is closed
 * and requires all it has. `text` is what the messages say: JSON without a schema must be mentioned there.
 *
 * Throws `ApiError` with 400.
 */
export function checkResponseFormat(value: unknown, text: string): ResponseFormat {
  if (value === undefined || value === null) return { type: 'text' }
  if (!isObject(value)) throw invalid("'response_format' must be an object.", 'response_format')
  switch (value.type) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      if (!/json/i.test(text)) {
        throw invalid(
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          'messages',
        )
      }
      return { type: 'json_object' }
    case 'json_schema':
      return checkJsonSchema(value.json_schema)
    default:
      throw invalid("Supported values are: 'text', 'json_object', and 'json_schema'.", 'response_format.type')
  }
}

function checkJsonSchema(value: unknown): ResponseFormat {
  const param = 'response_format.json_schema'
  if (!isObject(value)) throw invalid(`Missing required parameter: '${param}'.`, param)
  const { name, schema = {}, strict, description } = value
  if (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))
    throw invalid('A name has 1 to 64 letters, digits, underscores and dashes.', `${param}.name`)
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean')
    throw invalid("'strict' must be a boolean.", `${param}.strict`)
  if (description !== undefined && typeof description !== 'string')
    throw invalid("'description' must be a string.", `${param}.description`)
  if (!isObject(schema)) throw invalid('A schema must be an object.', `${param}.schema`)
  if (strict === true && schema.type !== 'object')
    throw invalid(`Invalid schema for response_format '${name}': schema must have type 'object'.`, `${param}.schema`)
  checkLevel(schema, { name, strict: strict === true, path: [] })
  return { type: 'json_schema', name, schema, strict: strict === true }
}

function checkLevel(schema: JsonSchema, at: { name: string; strict: boolean; path: readonly string[] }): void {
  const fail = (reason: string) =>
    invalid(
      `Invalid schema for response_format '${at.name}': In context=(${at.path.join(', ')}), ${reason}.`,
      'response_format.json_schema.schema',
    )
  if (at.path.length > maxDepth) throw fail(`no more than ${maxDepth} levels are supported`)
  const { properties, required, additionalProperties } = schema
  if (at.strict && [schema.type].flat().includes('object')) {
    const names = Object.keys(isObject(properties) ? properties : {})
    if (additionalProperties !== false) throw fail("'additionalProperties' is required to be supplied and to be false")
    const missing = names.find(name => !Array.isArray(required) || !required.includes(name))
    if (missing !== undefined)
      throw fail(`'required' must include every key in properties. Missing '${missing.slice(0, 64)}'`)
  }
  for (const [key, below] of subschemas(schema)) checkLevel(below, { ...at, path: [...at.path, key] })
}

function subschemas({ properties, items, anyOf, $defs, definitions }: JsonSchema): [key: string, schema: JsonSchema][] {
  const groups = [properties, $defs, definitions].filter(isObject).flatMap(group => Object.entries(group))
  const listed = Array.isArray(anyOf) ? anyOf.map((one, index): [string, unknown] => [`anyOf ${index}`, one]) : []
  return [...groups, ...listed, ['items', items] as const].filter((entry): entry is [string, JsonSchema] =>
    isObject(entry[1]),
  )
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
