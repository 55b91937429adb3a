/** The part of a JSON schema that limits how large a value may be. */
export interface SizedSchema {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly SizedSchema[]
  maxLength?: number
  maxItems?: number
  items?: SizedSchema
  properties?: Readonly<Record<string, SizedSchema>>
  additionalProperties?: unknown
}

/** A character beyond U+FFFF, which JSON may write as two `\uXXXX`. */
const characterBytes = 12

/** A number has no longest form: this is longer than any program writes. */
const numberBytes = 32

/** For the comma or colon, the line break and the indentation around a member or an item. */
const layoutBytes = 40

/**
 * The bytes that a valid value can take as JSON, however it is escaped and laid out. Unknown members are not counted, so an
 * object must refuse them.
 *
 * @param at where the schema is, such as `body`; named in the error
 * @throws UnboundedSchema when there is no such number
 */
export function largestJson(schema: SizedSchema, at: string): number {
  const { type, anyOf, maxLength, maxItems, items, properties = {} } = schema
  if (anyOf) return Math.max(...anyOf.map(choice => largestJson(choice, at)))
  if ('const' in schema) return escapedBytes(schema.const)
  if (schema.enum) return Math.max(0, ...schema.enum.map(escapedBytes))
  switch (type) {
    case 'string':
      if (maxLength === undefined) throw new UnboundedSchema(`${at} has no maxLength`)
      return 2 + maxLength * characterBytes
    case 'integer':
    case 'number':
      return numberBytes
    case 'boolean':
    case 'null':
      return 5
    case 'array':
      if (maxItems === undefined) throw new UnboundedSchema(`${at} has no maxItems`)
      if (items === undefined) throw new UnboundedSchema(`${at} does not say what its items are`)
      return 2 + maxItems * (layoutBytes + largestJson(items, `${at}/items`))
    case 'object': {
      if (schema.additionalProperties !== false) throw new UnboundedSchema(`${at} takes any number of unknown members`)
      const members = Object.entries(properties).map(
        ([name, member]) => escapedBytes(name) + layoutBytes + largestJson(member, `${at}/${name}`),
      )
      return members.reduce((sum, bytes) => sum + bytes, 2)
    }
    default:
      throw new UnboundedSchema(`${at} does not say of which type it is`)
  }
}

/** The schema of a route does not bound the size of a request. This is a mistake in the route, found when the server starts. */
export class UnboundedSchema extends Error {
  override readonly name = 'UnboundedSchema'
  readonly code = 'UNBOUNDED_SCHEMA'
}

function escapedBytes(value: unknown): number {
  return JSON.stringify(value).length * characterBytes
}
