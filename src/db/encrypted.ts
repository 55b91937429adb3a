import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { getTableName } from 'drizzle-orm'
import { customType, type PgColumn } from 'drizzle-orm/pg-core'
import { type EncryptionKey, InvalidEncryptionKeys, keyIdPattern, keyIdRule } from './encryption-keys.ts'

declare const sealed: unique symbol

/** A `T` that only `Cipher.open` can read. A brand, so that plaintext cannot be inserted by accident. */
export type Sealed<T> = Uint8Array & { readonly [sealed]: T }

/** A `bytea` column of sealed `T`s. */
export const encrypted = <T>(name: string) =>
  customType<{ data: Sealed<T>; driverData: Uint8Array }>({ dataType: () => 'bytea', toDriver: asStored })(name)

/** Whether it was made by `encrypted`. Of a custom type a column keeps nothing but its functions: so this one tells. */
export function isEncrypted(column: PgColumn): boolean {
  return Reflect.get(column, 'mapTo') === asStored
}

function asStored(value: Uint8Array): Uint8Array {
  return value
}

type EncryptedColumn<T> = PgColumn & { readonly _: { readonly data: Sealed<T> } }

/** A stored value could not be read: another row's, tampered with, or written with a key that is no longer given. */
export class DecryptionFailed extends Error {
  override readonly name = 'DecryptionFailed'
  readonly code = 'DECRYPTION_FAILED'
  readonly table: string
  readonly column: string
  /** Undefined when the bytes are not a sealed value at all. */
  readonly keyId: string | undefined

  constructor(column: PgColumn, keyId: string | undefined, reason: string) {
    super(`cannot decrypt ${getTableName(column.table)}.${column.name} (key ${keyId ?? 'unknown'}): ${reason}`)
    this.table = getTableName(column.table)
    this.column = column.name
    this.keyId = keyId
  }
}

const formatVersion = 1
const ivBytes = 12
const tagBytes = 16

/** What every value sealed with this key begins with, and no other does. */
export function sealedPrefix(keyId: string): Uint8Array {
  return Buffer.concat([Buffer.of(formatVersion, keyId.length), Buffer.from(keyId)])
}

/** The id of the key that a stored value names; undefined when the bytes are not a sealed value at all. */
export function keyIdOf(stored: Uint8Array): string | undefined {
  const idEnd = 2 + (stored[1] ?? 0)
  const keyId = Buffer.from(stored.subarray(2, idEnd)).toString('latin1')
  const whole = stored.byteLength >= idEnd + ivBytes + tagBytes
  return stored[0] === formatVersion && whole && keyIdPattern.test(keyId) ? keyId : undefined
}

/**
 * Encryption at rest: JSON values under AES-256-GCM.
 *
 * Stored bytes: format version (1), length of the key's id (1), key's id, IV (12), tag (16), ciphertext.
 * Associated data binds table, column and row, so a value copied to another place does not open. The key's id is not part
 * of it: a key may be renamed. Renaming a table or column, in contrast, needs its values sealed anew.
 *
 * IVs are random, so one key must seal at most 2^32 values (NIST SP 800-38D, 8.3): put a new key first long before that.
 */
export class Cipher {
  readonly #keys: ReadonlyMap<string, KeyObject>
  readonly #writer: { readonly id: string; readonly key: KeyObject }

  /** The first key writes, all read. Throws `InvalidEncryptionKeys` without keys, with an id twice, or not 32 bytes. */
  constructor(keys: readonly EncryptionKey[]) {
    const [writer] = keys
    if (!writer) throw new InvalidEncryptionKeys('at least one key is needed')
    for (const [index, { id, key }] of keys.entries()) {
      if (!keyIdPattern.test(id)) throw new InvalidEncryptionKeys(`the id of key ${index + 1} is not ${keyIdRule}`)
      if (key.byteLength !== 32) throw new InvalidEncryptionKeys(`key ${index + 1} has not 32 bytes`)
    }
    this.#keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]))
    if (this.#keys.size !== keys.length) throw new InvalidEncryptionKeys('two keys have the same id')
    this.#writer = { id: writer.id, key: createSecretKey(writer.key) }
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
   * `row` is the id of the row the value is stored in. `column` is the schema's own, not an alias's.
   *
   * The value is stored as JSON; throws a TypeError for what JSON cannot say, such as `undefined`.
   */
  seal<T>(column: EncryptedColumn<T>, row: string, value: T): Sealed<T> {
    const json = JSON.stringify(value)
    if (json === undefined) throw new TypeError(`${column.name} cannot be sealed: not a JSON value`)
    return this.#encrypt(column, row, Buffer.from(json)) as Sealed<T>
  }

  /** Throws `DecryptionFailed`, which never carries the content. */
  open<T>(column: EncryptedColumn<T>, row: string, stored: Sealed<T>): T {
    const json = this.#decrypt(column, row, stored)
    try {
      return JSON.parse(json.toString('utf8'))
    } catch {
      // Without the cause: an error of JSON.parse quotes what it read.
      throw new DecryptionFailed(column, keyIdOf(stored), 'not a JSON value')
    }
  }

  /** The same value under the key that writes now, whichever it is under. Throws `DecryptionFailed`. */
  reseal(column: PgColumn, row: string, stored: Uint8Array): Uint8Array {
    return this.#encrypt(column, row, this.#decrypt(column, row, stored))
  }

  #encrypt(column: PgColumn, row: string, plaintext: Uint8Array): Uint8Array {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#writer.key, iv, { authTagLength: tagBytes })
    cipher.setAAD(associatedData(column, row))
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    return Buffer.concat([sealedPrefix(this.#writer.id), iv, cipher.getAuthTag(), ciphertext])
  }

  #decrypt(column: PgColumn, row: string, stored: Uint8Array): Buffer {
    const keyId = keyIdOf(stored)
    if (keyId === undefined) throw new DecryptionFailed(column, undefined, 'not a sealed value')
    const key = this.#keys.get(keyId)
    if (!key) throw new DecryptionFailed(column, keyId, 'this key was not given')
    const ivStart = 2 + keyId.length
    const tagStart = ivStart + ivBytes
    const start = tagStart + tagBytes
    const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(ivStart, tagStart), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(associatedData(column, row))
    decipher.setAuthTag(stored.subarray(tagStart, start))
    try {
      return Buffer.concat([decipher.update(stored.subarray(start)), decipher.final()])
    } catch {
      throw new DecryptionFailed(column, keyId, 'another key, another row, or changed bytes')
    }
  }
}

/** Each part after its length in bytes, so that no two places share the same bytes. */
function associatedData(column: PgColumn, row: string): Buffer {
  const parts = [getTableName(column.table), column.name, row].map(part => Buffer.from(part))
  return Buffer.concat(
    parts.flatMap(part => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}
