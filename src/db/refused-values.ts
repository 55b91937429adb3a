import type { DecryptionFailed, DecryptionFault } from './encrypted.ts'

/** The most values that the log names, each once: with a wrong key it could be every one of them, at every request. */
const maxNamed = 1_000

export interface RefusedCount {
  table: string
  column: string
  fault: DecryptionFault
  /** How often such a value was read since the start: one that is read twice counts twice. */
  count: number
}

interface RefusedValuesLogger {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/**
 * Reports values that cannot be opened: each is counted, and the log names its row, never its content; a missing key is
 * logged once and not for each of its values.
 */
export class RefusedValues {
  readonly #logger: RefusedValuesLogger
  readonly #counts = new Map<string, RefusedCount>()
  readonly #named = new Set<string>()

  constructor(logger: RefusedValuesLogger) {
    this.#logger = logger
  }

  /** By table, column and fault: at most twice the number of encrypted columns. */
  get counts(): Iterable<RefusedCount> {
    return this.#counts.values()
  }

  readonly add = ({ table, column, row, keyId, fault }: DecryptionFailed): void => {
    const kind = `${table}.${column} ${fault}`
    const counted = this.#counts.get(kind) ?? { table, column, fault, count: 0 }
    counted.count++
    this.#counts.set(kind, counted)
    const name = fault === 'key-missing' ? `key ${keyId}` : `${kind} ${row}`
    if (this.#named.size > maxNamed || this.#named.has(name)) return
    this.#named.add(name)
    if (this.#named.size > maxNamed)
      this.#logger.error({}, `more than ${maxNamed} values cannot be opened; no more of them are named`)
    else if (fault === 'key-missing')
      this.#logger.error(
        { keyId, table, column, row },
        'a stored value names a key that was not given; give it as well',
      )
    else
      this.#logger.warn(
        { keyId, table, column, row },
        'a stored value is damaged: restore it from a backup, if there is one',
      )
  }
}
