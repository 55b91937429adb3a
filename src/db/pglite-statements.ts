import { type PGlite, parse, protocol, type QueryOptions, type Results } from '@electric-sql/pglite'

const { serialize } = protocol

type Messages = Awaited<ReturnType<PGlite['execProtocolStream']>>

/** Beyond it the least recently used one is forgotten. */
const maxPrepared = 200

/** Statements of many rows differ in their number of rows: one longer than this will hardly come again. */
const maxPreparedChars = 8_192

interface Prepared {
  name: string
  parameterTypes: number[]
  /** Describes the names and types of the columns to `parseResults`; none if the statement has no rows. */
  columns: Messages
}

/**
 * The statements of the embedded database, by their text, parsed and planned once for many executions, and planned
 * again when a table has been analysed (see `PgliteVacuum`).
 *
 * PGlite's own `query` calls into Postgres six times for each: 390 µs for the insertion of a small row beside 80 µs
 * here, all of it on the server's only thread. Returns the same results. The caller must hold the database exclusively.
 */
export class PgliteStatements {
  readonly #pglite: PGlite
  /** In the order of their last use. */
  readonly #prepared = new Map<string, Prepared>()
  #names = 0

  constructor(pglite: PGlite) {
    this.#pglite = pglite
  }

  /** How many are prepared. */
  get size(): number {
    return this.#prepared.size
  }

  /** @throws the error of Postgres, with its `code` */
  query<T>(text: string, values: unknown[] = [], options: QueryOptions = {}): Promise<Results<T>> {
    const pglite = this.#pglite
    return pglite.runExclusive(async () => {
      if (!pglite.ready) throw new Error('the embedded database is closed')
      const { name, parameterTypes, columns } = await this.#prepare(text)
      try {
        const rows = await this.#send(
          serialize.bind({
            statement: name,
            values: values.map((value, index) => this.#written(value, parameterTypes[index])),
          }),
          serialize.execute(),
        )
        return parse.parseResults([...columns, ...rows], pglite.parsers, options)[0] as Results<T>
      } catch (fault) {
        // The plan may be the reason: the table was altered since, say.
        await this.#forget(text)
        throw fault
      }
    })
  }

  async #prepare(text: string): Promise<Prepared> {
    const known = this.#prepared.get(text)
    if (known) {
      this.#prepared.delete(text)
      this.#prepared.set(text, known)
      return known
    }
    const lasting = text.length <= maxPreparedChars
    // The unnamed statement lasts until the next unnamed one.
    const name = lasting ? `conch_${++this.#names}` : ''
    const described = await this.#send(serialize.parse({ name, text }), serialize.describe({ type: 'S', name }))
    const prepared = {
      name,
      parameterTypes: parse.parseDescribeStatementResults(described),
      columns: described.filter(message => message.name === 'rowDescription'),
    }
    if (!lasting) return prepared
    this.#prepared.set(text, prepared)
    if (this.#prepared.size > maxPrepared) await this.#forget(this.#prepared.keys().next().value as string)
    return prepared
  }

  async #forget(text: string): Promise<void> {
    const known = this.#prepared.get(text)
    if (!known) return
    this.#prepared.delete(text)
    await this.#send(serialize.close({ type: 'S', name: known.name }))
  }

  #written(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null
    return this.#pglite.serializers[type ?? 0]?.(value) ?? String(value)
  }

  /** One call into Postgres for all of these. */
  #send(...messages: Uint8Array[]): Promise<Messages> {
    const { execProtocolStream } = this.#pglite
    return execProtocolStream.call(this.#pglite, Buffer.concat([...messages, serialize.sync()]), { syncToFs: false })
  }
}
