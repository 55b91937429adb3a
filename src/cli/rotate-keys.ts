import { keysFrom } from '../config/secrets.ts'
import { quickImports } from '../db/quick-imports.ts'
import type { ReencryptionReport } from '../db/reencryption-report.ts'

quickImports()
const { encryptedTables } = await import('../app/encrypted-tables.ts')
const { reencrypt } = await import('../db/reencrypt.ts')
const { isRotated, progressWords, rotationWords } = await import('./rotation-report.ts')
const { runOnDatabase } = await import('./run-on-database.ts')

/**
 * `npm run keys:rotate`: re-encrypts everything with the first of the keys, in the newest format, while servers run and
 * write.
 *
 * Exits with 0 only if everything is under the newest key; otherwise a sentence gives the reason and what to do.
 * Stopped at any time, it loses nothing: run again, it goes on.
 */
await runOnDatabase<ReencryptionReport>({
  path: '/api/operations/reencryption',
  run: ({ database, ...options }) => reencrypt({ ...options, queries: database.queries, tables: encryptedTables }),
  progress: progressWords,
  saysMissingKeys: true,
  end(report, { config, keys }) {
    const wanted = keys[0]?.id ?? ''
    for (const line of rotationWords(report, { keysFrom: keysFrom(config), wanted })) console.log(line)
    return isRotated(report, wanted) ? 0 : 1
  },
})
