import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RawDatabase } from './raw-database.ts'

/** `schema.table` of each table in which a row has the word, as text or as bytes. */
export async function tablesWith(raw: RawDatabase, word: string): Promise<string[]> {
  const tables = await raw.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE' order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const hex = Buffer.from(word).toString('hex')
    const [row] = await raw.query(
      `select count(*)::int as rows from ${name} as r where position($1 in r::text) > 0 or position($2 in r::text) > 0`,
      [word, hex],
    )
    if (Number(row?.rows) > 0) found.push(String(name))
  }
  return found
}

/** Every file below the folder, write-ahead log included, that has the word in it. */
export async function filesWith(folder: string, word: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if ((await readFile(path)).includes(word)) found.push(path)
  }
  return found
}
