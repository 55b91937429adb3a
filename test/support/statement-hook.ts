import type { Queries } from '../../src/db/client.ts'

type Kind = 'select' | 'update'

/**
 * A database whose every select and update goes through `around` when it is sent: to act just before or after it, or to
 * fail in its place.
 */
export function statementHook(
  queries: Queries,
  around: (kind: Kind, run: () => Promise<unknown>) => Promise<unknown>,
): Queries {
  const hooked = (kind: Kind, builder: object): object =>
    new Proxy(builder, {
      get(target, property) {
        const value = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        // `await` sends a statement.
        if (property === 'then')
          return (...handlers: Parameters<Promise<unknown>['then']>) =>
            around(kind, () => new Promise((resolve, reject) => value.call(target, resolve, reject))).then(...handlers)
        return (...parameters: unknown[]) => hooked(kind, value.apply(target, parameters))
      },
    })
  return new Proxy(queries, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property !== 'select' && property !== 'update') return value
      return (...parameters: unknown[]) => hooked(property, value.apply(target, parameters))
    },
  })
}
