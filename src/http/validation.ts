import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'

/**
 * Validates bodies strictly, and everything else, which arrives as text, with conversion to the schema's types.
 *
 * Fastify's own validator converts bodies too, and drops unknown members in silence: `{"versions": "3"}` would pass and
 * `{"observation": "..."}` lose what the user wrote. Defaults are filled in; all errors are reported, not only the
 * first, up to the size that the schemas bound.
 */
export function useStrictValidation(app: FastifyInstance): void {
  const options = { allErrors: true, useDefaults: true, removeAdditional: false, strict: false } as const
  const strict = new Ajv({ ...options, coerceTypes: false })
  const converting = new Ajv({ ...options, coerceTypes: true })
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : converting).compile(schema))
}
