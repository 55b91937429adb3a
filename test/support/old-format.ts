import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { RawDatabase } from './raw-database.ts'

/** A key in the form of `ENCRYPTION_KEYS`. */
export interface TestKey {
  id: string
  key: Uint8Array
}

const [ivBytes, tagBytes] = [12, 16]

/** Where a value is: the parts of its associated data. */
function associated(...parts: string[]): Buffer {
  return Buffer.concat(
    parts.flatMap(part => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(Buffer.byteLength(part))
      return [length, Buffer.from(part)]
    }),
  )
}

/** A value as versions before the second format wrote it: bound to table, column and row, and to no owner. */
export function sealedAsBefore(
  { id, key }: TestKey,
  place: [table: string, column: string, row: string],
  json: Buffer,
) {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  cipher.setAAD(associated(...place))
  const ciphertext = Buffer.concat([cipher.update(json), cipher.final()])
  return Buffer.concat([Buffer.of(1, id.length), Buffer.from(id), iv, cipher.getAuthTag(), ciphertext])
}

/** The content of a value of the second format, opened by hand. */
function opened({ id, key }: TestKey, place: string[], stored: Buffer): Buffer {
  const start = 2 + id.length
  const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(start, start + ivBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(associated(...place))
  decipher.setAuthTag(stored.subarray(start + ivBytes, start + ivBytes + tagBytes))
  return Buffer.concat([decipher.update(stored.subarray(start + ivBytes + tagBytes)), decipher.final()])
}

/** How each encrypted table finds the row and the owner that its values are bound to. */
const places: Record<string, { row: string; owner: string }> = {
  tasks: { row: 'v.id', owner: 'v.owner_id' },
  outputs: { row: "v.task_id || '/' || v.index", owner: '(select owner_id from tasks where id = v.task_id)' },
  records: { row: 'v.id', owner: 'v.owner_id' },
  record_confirmations: { row: 'v.id', owner: 'v.owner_id' },
  conversations: { row: 'v.id', owner: 'v.owner_id' },
  turns: { row: 'v.id', owner: '(select c.owner_id from conversations c where c.id = v.conversation_id)' },
  summaries: {
    row: 'v.turn_id',
    owner: '(select c.owner_id from conversations c join turns t on t.conversation_id = c.id where t.id = v.turn_id)',
  },
  quizzes: { row: 'v.id', owner: 'v.owner_id' },
  quiz_attempts: { row: 'v.id', owner: '(select owner_id from quizzes where id = v.quiz_id)' },
  library: { row: 'v.id', owner: 'v.owner_id' },
  library_keys: { row: 'v.id', owner: "''" },
  server_secrets: { row: 'v.name', owner: "''" },
  push_subscriptions: { row: 'v.id', owner: 'v.owner_id' },
  phone_numbers: { row: 'v.owner_id', owner: 'v.owner_id' },
  webhooks: { row: 'v.owner_id', owner: 'v.owner_id' },
  notifications: { row: 'v.id', owner: 'v.owner_id' },
}

/**
 * Rewrites every encrypted value of a database as a version before the second format would have left it; answers how
 * many.
 *
 * @throws for a table that `places` does not know, and for a value that is not bound as `places` says
 */
export async function toOldFormat(raw: RawDatabase, key: TestKey): Promise<number> {
  const columns = await raw.query(
    `select table_name as t, column_name as c from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea'`,
  )
  let count = 0
  for (const { t, c } of columns as { t: string; c: string }[]) {
    const place = places[t]
    if (!place) throw new Error(`how ${t} is bound is to be added here`)
    const rows = await raw.query(
      `select ctid::text as at, (${place.row})::text as row, (${place.owner})::text as owner, "${c}" as stored
       from "${t}" v where "${c}" is not null`,
    )
    for (const { at, row, owner, stored } of rows as { at: string; row: string; owner: string; stored: Uint8Array }[]) {
      const json = opened(key, [t, c, row, owner], Buffer.from(stored))
      const old = sealedAsBefore(key, [t, c, row], json)
      await raw.query(`update "${t}" set "${c}" = $1 where ctid = $2::tid`, [old, at])
      count++
    }
  }
  return count
}
