import { quickImports } from '../db/quick-imports.ts'

quickImports()
const { libraryRebuild } = await import('./library-rebuild.ts')
const { runOnDatabase } = await import('./run-on-database.ts')

/**
 * `npm run rebuild:library`: rewrites the library from its sources, while servers run and write.
 *
 * For a database from before there was a library, and for an operator who doubts it. Stopped at any time, it leaves
 * entries that are true; run again, it begins from the start.
 */
await runOnDatabase(libraryRebuild)
