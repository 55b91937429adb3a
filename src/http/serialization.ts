import { type SerializerCompiler, SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'

const compile = SerializerSelector()({}, {})
const compiled = new WeakMap<object, ReturnType<SerializerCompiler>>()

/**
 * Compiles the schema of an answer once per process, by Fastify's own compiler. Many routes share a schema, and several servers
 * of one process, as in tests, share all of them: compiling was a third of what it took to start one. Schemas are objects that
 * hold all they need: a `$ref` to one of `app.addSchema` is not resolved.
 */
export function useSharedSerializers(app: FastifyInstance): void {
  app.setSerializerCompiler(route => {
    const schema = route.schema as object
    const known = compiled.get(schema)
    if (known) return known
    const serializer = compile(route as Parameters<SerializerCompiler>[0])
    compiled.set(schema, serializer)
    return serializer
  })
}
