import { quickImports } from '../db/quick-imports.ts'

quickImports()
const { rotation } = await import('./rotation.ts')
const { runOnDatabase } = await import('./run-on-database.ts')

/**
 * `npm run keys:rotate`: re-encrypts everything with the first of the keys, in the newest format, while servers run and
 * write.
 *
 * Exits with 0 only if everything is under the newest key; otherwise a sentence gives the reason and what to do.
 * Stopped at any time, it loses nothing: run again, it goes on.
 */
await runOnDatabase(rotation)
