import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { getTableName } from 'drizzle-orm'
import { customType, type PgColumn } from 'drizzle-orm/pg-core'
import { type EncryptionKey, InvalidEncryptionKeys, keyIdPattern, keyIdRule } from '../config/encryption-keys.ts'

declare const sealed: unique symbol

/** A `T` that only `Cipher.open` can read. A brand, so that plaintext cannot be inserted by accident. */
export type Sealed<T> = Uint8Array & { readonly [sealed]: T }

/** A `bytea` column of sealed `T`s. */
export const encrypted = <T>(name: string) =>
  customType<{ data: Sealed<T>; driverData: Uint8Array }>({ dataType: () => 'bytea', toDriver: asStored })(name)

/**
 * Whether the column was made by `encrypted`. Drizzle keeps nothing of a custom type but its functions, so one of them
 * identifies it.
 */
export function isEncrypted(column: PgColumn): boolean {
  return Reflect.get(column, 'mapTo') === asStored
}

function asStored(value: Uint8Array): Uint8Array {
  return value
}

type EncryptedColumn<T> = PgColumn & { readonly _: { readonly data: Sealed<T> } }

/** Where a value is stored, and its owner: a sealed value is bound to these, besides its table and column. */
export interface Place {
  /** The id of the row. */
  readonly row: string
  /** The owner for whom it is opened; null for values without an owner, such as the secrets of the server. */
  readonly owner: string | null
}

/**
 * `key-missing`: it names a key that was not given; `damaged`: changed bytes, another place, another key of that id.
 */
export type DecryptionFault = 'key-missing' | 'damaged'

/** A stored value could not be read: another row's, another owner's, changed, or under a key that is not given. */
export class DecryptionFailed extends Error {
  override readonly name = 'DecryptionFailed'
  readonly code = 'DECRYPTION_FAILED'
  readonly table: string
  readonly column: string
  readonly row: string
  /** Undefined when the bytes are not a sealed value at all. */
  readonly keyId: string | undefined
  readonly fault: DecryptionFault

  constructor(column: PgColumn, row: string, { keyId, fault, reason }: Refusal) {
    const table = getTableName(column.table)
    super(`cannot decrypt ${table}.${column.name} of row ${row} (key ${keyId ?? 'unknown'}): ${reason}`)
    this.table = table
    this.column = column.name
    this.row = row
    this.keyId = keyId
    this.fault = fault
  }
}

interface Refusal {
  keyId: string | undefined
  fault: DecryptionFault
  reason: string
}

/**
 * Both begin with the version, the length of the key's id and that id. 1: not bound to an owner; still read, no longer
 * written. 2: bound to its owner.
 */
const formatVersions = [1, 2] as const
const newestVersion = 2
const ivBytes = 12
const tagBytes = 16

/** The prefix of every value sealed in the newest format with this key, and of no other value. */
export function sealedPrefix(keyId: string): Uint8Array {
  return Buffer.concat([Buffer.of(newestVersion, keyId.length), Buffer.from(keyId)])
}

/** The id of the key that a stored value names; undefined when the bytes are not a sealed value at all. */
export function keyIdOf(stored: Uint8Array): string | undefined {
  const idEnd = 2 + (stored[1] ?? 0)
  const keyId = Buffer.from(stored.subarray(2, idEnd)).toString('latin1')
  const whole = stored.byteLength >= idEnd + ivBytes + tagBytes
  return formatVersions.some(version => version === stored[0]) && whole && keyIdPattern.test(keyId) ? keyId : undefined
}

export interface CipherOptions {
  /** Called with each value that `open` and `tryOpen` refuse. */
  onRefused?(failure: DecryptionFailed): void
}

/**
 * Encryption at rest: JSON values under AES-256-GCM.
 *
 * Stored bytes: format version (2), length of the key's id (1), key's id, IV (12), tag (16), ciphertext.
 * Associated data binds table, column, row and owner, so a value copied to another place does not open, nor does one whose
 * row was given to another owner. The key's id is not part of it: a key may be renamed. Renaming a table or column, in
 * contrast, needs its values re-encrypted. Values of format 1 have no owner in it; `npm run keys:rotate` brings them along.
 *
 * IVs are random, so one key must seal at most 2^32 values (NIST SP 800-38D, 8.3): put a new key first long before that.
 */
export class Cipher {
  readonly #keys: ReadonlyMap<string, KeyObject>
  readonly #writer: { readonly id: string; readonly key: KeyObject }
  readonly #onRefused: CipherOptions['onRefused']

  /** The first key writes, all read. Throws `InvalidEncryptionKeys` without keys, with an id twice, or not 32 bytes. */
  constructor(keys: readonly EncryptionKey[], { onRefused }: CipherOptions = {}) {
    const [writer] = keys
    if (!writer) throw new InvalidEncryptionKeys('at least one key is needed')
    for (const [index, { id, key }] of keys.entries()) {
      if (!keyIdPattern.test(id)) throw new InvalidEncryptionKeys(`the id of key ${index + 1} is not ${keyIdRule}`)
      if (key.byteLength !== 32) throw new InvalidEncryptionKeys(`key ${index + 1} has not 32 bytes`)
    }
    this.#keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
    if (this.#keys.size !== keys.length) throw new InvalidEncryptionKeys('two keys have the same id')
    this.#writer = { id: writer.id, key: createSecretKey(writer.key) }
    this.#onRefused = onRefused
  }

  /** The id of the key that writes. */
  get newestKeyId(): string {
    return this.#writer.id
  }

  /** The ids of all keys, the one that writes first. */
  get keyIds(): string[] {
    return [...this.#keys.keys()]
  }

  /**
   * `column` is the schema's own, not an alias's.
   *
   * The value is stored as JSON; throws a TypeError for a value that JSON cannot express, such as `undefined`.
   */
  seal<T>(column: EncryptedColumn<T>, place: Place, value: T): Sealed<T> {
    const json = JSON.stringify(value)
    if (json === undefined) throw new TypeError(`${column.name} cannot be sealed: not a JSON value`)
    return this.#encrypt(column, place, Buffer.from(json)) as Sealed<T>
  }

  /** For a value without which the caller cannot go on. Throws `DecryptionFailed`, which never carries the content. */
  open<T>(column: EncryptedColumn<T>, place: Place, stored: Sealed<T>): T {
    try {
      return parsed(column, place, stored, this.#decrypt(column, place, stored))
    } catch (error) {
      if (error instanceof DecryptionFailed) this.#onRefused?.(error)
      throw error
    }
  }

  /**
   * For a value shown beside others: one that cannot be opened is `undefined`, which no stored value is, and the others
   * are still shown.
   */
  tryOpen<T>(column: EncryptedColumn<T>, place: Place, stored: Sealed<T>): T | undefined {
    try {
      return this.open(column, place, stored)
    } catch (error) {
      if (error instanceof DecryptionFailed) return undefined
      throw error
    }
  }

  /**
   * The same value under the writing key, in the newest format, whichever format it is in. Throws `DecryptionFailed`.
   */
  reseal(column: PgColumn, place: Place, stored: Uint8Array): Uint8Array {
    return this.#encrypt(column, place, this.#decrypt(column, place, stored))
  }

  #encrypt(column: PgColumn, place: Place, plaintext: Uint8Array): Uint8Array {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#writer.key, iv, { authTagLength: tagBytes })
    cipher.setAAD(associatedData(newestVersion, column, place))
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return Buffer.concat([sealedPrefix(this.#writer.id), iv, cipher.getAuthTag(), ciphertext])
  }

  #decrypt(column: PgColumn, place: Place, stored: Uint8Array): Buffer {
    const refused = (refusal: Refusal) => new DecryptionFailed(column, place.row, refusal)
    const keyId = keyIdOf(stored)
    if (keyId === undefined) throw refused({ keyId, fault: 'damaged', reason: 'not a sealed value' })
    const key = this.#keys.get(keyId)
    if (!key) throw refused({ keyId, fault: 'key-missing', reason: 'this key was not given' })
    const ivStart = 2 + keyId.length
    const tagStart = ivStart + ivBytes
    const start = tagStart + tagBytes
    const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(ivStart, tagStart), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(associatedData(stored[0], column, place))
    decipher.setAuthTag(stored.subarray(tagStart, start))
    try {
      return Buffer.concat([decipher.update(stored.subarray(start)), decipher.final()])
    } catch {
      throw refused({ keyId, fault: 'damaged', reason: 'another key, another row or owner, or changed bytes' })
    }
  }
}

function parsed(column: PgColumn, { row }: Place, stored: Uint8Array, json: Buffer) {
  try {
    return JSON.parse(json.toString('utf8'))
  } catch {
    // Without the cause: an error of JSON.parse quotes what it read.
    throw new DecryptionFailed(column, row, { keyId: keyIdOf(stored), fault: 'damaged', reason: 'not a JSON value' })
  }
}

/** Each part after its length in bytes, so that no two places share the same bytes; as many parts as the format has. */
function associatedData(version: number | undefined, column: PgColumn, { row, owner }: Place): Buffer {
  const place = [getTableName(column.table), column.name, row]
  const parts = (version === 1 ? place : [...place, owner ?? '']).map(part => Buffer.from(part))
  return Buffer.concat(
    parts.flatMap(part => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}
