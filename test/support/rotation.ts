import { anyRecord } from './any-record.ts'
import type { RawDatabase } from './raw-database.ts'
import type { Visitor } from './visitor.ts'

/** An entry of `ENCRYPTION_KEYS`. */
export function keyEntry(id: string): string {
  return `${id}:${Buffer.alloc(32, id).toString('base64')}`
}

/** A record that was written, chosen and confirmed: something in every encrypted column of records. */
export async function confirmedRecord(visitor: Visitor): Promise<string> {
  const id = await visitor.record({ ...anyRecord, label: '1반', versions: 1 })
  await visitor.finished(id)
  const despite = { text: `고침 토익 ${id}`, despite: `까닭 ${id}` }
  const saved = await visitor.json('PUT', `/api/records/${id}`, { output: 0, ...despite, confirmed: true })
  if (saved.status !== 200) throw new Error(`PUT: ${saved.status} ${JSON.stringify(saved.body)}`)
  return id
}

/** What a visitor sees of such a record. */
export async function shownRecord(visitor: Visitor, id: string): Promise<unknown> {
  const { body } = await visitor.json('GET', `/api/records/${id}`)
  return { record: body, task: await visitor.task(id) }
}

/** The ids of the keys under which there are values, read from their first bytes. */
export async function keysInUse(raw: RawDatabase): Promise<string[]> {
  const columns = await raw.query(
    "select table_name, column_name from information_schema.columns where table_schema = 'public' and data_type = 'bytea'",
  )
  const found = new Set<string>()
  for (const { table_name: table, column_name: column } of columns) {
    const keyId = `convert_from(substring("${column}" from 3 for get_byte("${column}", 1)), 'UTF8')`
    const rows = await raw.query(`select distinct ${keyId} as key from "${table}" where "${column}" is not null`)
    for (const { key } of rows) found.add(key as string)
  }
  return [...found].sort()
}
