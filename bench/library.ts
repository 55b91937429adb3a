import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { librarySources } from '../src/app/library-sources.ts'
import { type Database, openEmbedded, openPostgres } from '../src/db/client.ts'
import { Cipher } from '../src/db/encrypted.ts'
import { saveReviews } from '../src/kinds/reviews/store.ts'
import { BlindIndex } from '../src/library/blind-index.ts'
import { fold } from '../src/library/fold.ts'
import { openIndex } from '../src/library/index-key.ts'
import { rebuildLibrary } from '../src/library/rebuild.ts'
import { searchLibrary } from '../src/library/search.ts'
import { type LibraryCursor, listEntries } from '../src/library/store.ts'
import { outputs } from '../src/tasks/store/tables.ts'
import { TaskStore } from '../src/tasks/store/task-store.ts'
import { onEachBackend, quantile, report } from './support/measure.ts'

/** Diary entries of one owner, and how many of them have the word. */
const entries = 5_000
const word = '해파리'
const withWord = 5
const charactersEach = 300

const searches = 5

const ownerId = uuidv7()
const cipher = new Cipher([{ id: 'bench', key: new Uint8Array(32) }])
const sources = librarySources(cipher)

/** An index that excludes nothing: every text is opened and searched, by the same code. */
class NoIndex extends BlindIndex {
  override tokensFor(): number[] {
    return []
  }
}

const rows: Record<string, unknown>[] = []
await onEachBackend(async ({ name, env }) => {
  const folder = await mkdtemp(join(tmpdir(), 'conch-bench-'))
  const database = env.DATABASE_URL
    ? await openPostgres(env.DATABASE_URL, () => {})
    : await openEmbedded(folder, () => {})
  try {
    await write(database)
    await rebuildLibrary({ database, cipher, sources })
    const index = (await openIndex(database.queries, cipher)) as BlindIndex
    const indexed = await timeOf(() => searchAll(database, index))
    const opened = await timeOf(() => searchAll(database, new NoIndex(new Uint8Array(32))))
    const candidates = await listEntries(database.queries, cipher, ownerId, {
      tokens: index.tokensFor(ownerId, fold(word)),
      limit: entries,
    })
    rows.push({
      database: name,
      entries,
      found: withWord,
      'opened in vain': candidates.length - withWord,
      'without the index / with it': Number((opened / indexed).toFixed(1)),
    })
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
})
await report('library', rows)

/** Reads the whole search, page by page. @throws when it does not find every entry */
async function searchAll({ queries }: Database, index: BlindIndex): Promise<void> {
  let found = 0
  for (let before: LibraryCursor | undefined; ; ) {
    const page = await searchLibrary(queries, { cipher, sources, index }, ownerId, { query: word, before, limit: 20 })
    found += page.items.length
    before = page.next
    if (!before) break
  }
  if (found !== withWord) throw new Error(`found ${found}`)
}

/** The median of some runs, in milliseconds, after one run that warms up. */
async function timeOf(run: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let search = 0; search <= searches; search++) {
    const began = performance.now()
    await run()
    if (search > 0) times.push(performance.now() - began)
  }
  return quantile(times, 0.5)
}

async function write({ queries }: Database): Promise<void> {
  const tasks = new TaskStore(cipher)
  for (let written = 0; written < entries; written += 100) {
    await queries.transaction(async tx => {
      for (let number = written; number < written + 100; number++) {
        const marked = number % (entries / withWord) === 0
        const input = { body: marked ? `${prose()} ${word}를 보았다.` : prose(), type: 'FEELING' as const }
        const task = { id: uuidv7(), ownerId, createdAt: new Date() }
        await tasks.insert(tx, [{ ...task, kind: 'review', jobId: uuidv7(), traceId: '', input, outputs: 1 }])
        await saveReviews(tx, [{ ...task, input }])
      }
    })
  }
  await queries.update(outputs).set({ status: 'completed' })
}

/** Words of two to four of 300 syllables, the first of them far more often than the last, as in a language. */
function prose(): string {
  let text = ''
  while (text.length < charactersEach) {
    const syllables = Array.from({ length: 2 + Math.floor(Math.random() * 3) }, () =>
      String.fromCodePoint(0xac00 + 37 * Math.floor(300 * Math.random() ** 2)),
    )
    text += `${syllables.join('')} `
  }
  return text.trim()
}
