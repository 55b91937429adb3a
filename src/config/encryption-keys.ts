/** A key for AES-256-GCM: 32 bytes, and the id under which stored values name it. */
export interface EncryptionKey {
  readonly id: string
  readonly key: Uint8Array
}

/** `ENCRYPTION_KEYS` is wrong; the message names the entry and the reason, and never repeats any of it. */
export class InvalidEncryptionKeys extends Error {
  override readonly name = 'InvalidEncryptionKeys'
  readonly code = 'INVALID_ENCRYPTION_KEYS'
}

export const keyIdPattern = /^[A-Za-z0-9._-]{1,32}$/
export const keyIdRule = '1 to 32 of A-Z a-z 0-9 . _ -'

/**
 * Reads `id:base64,id2:base64`, as made by `echo "$(openssl rand -hex 6):$(openssl rand -base64 32)"`.
 *
 * Throws `InvalidEncryptionKeys`.
 */
export function parseEncryptionKeys(text: string): EncryptionKey[] {
  const keys = text.split(',').map((entry, index) => {
    const [id = '', base64 = '', ...rest] = entry.trim().split(':')
    const which = `entry ${index + 1}`
    if (!base64 || rest.length > 0) throw new InvalidEncryptionKeys(`${which} is not id:base64`)
    if (!keyIdPattern.test(id)) throw new InvalidEncryptionKeys(`the id of ${which} is not ${keyIdRule}`)
    if (!/^[A-Za-z0-9+/]{43}=$/.test(base64))
      throw new InvalidEncryptionKeys(`the key of ${which} is not the base64 of 32 bytes (openssl rand -base64 32)`)
    return { id, key: new Uint8Array(Buffer.from(base64, 'base64')) }
  })
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new InvalidEncryptionKeys('two keys have the same id')
  return keys
}
