import { join } from 'node:path'
import { reencrypt } from './db/reencrypt.ts'
import type { ReencryptionReport } from './db/reencryption-report.ts'
import { encryptedTables } from './encrypted-tables.ts'
import { runOnDatabase } from './on-database.ts'
import { isRotated, progressWords, rotationWords } from './rotation-report.ts'

/**
 * `npm run keys:rotate`: encrypts everything anew with the first of the keys, while servers run and write.
 *
 * Exits with 0 only if everything is under the newest key; what keeps it from that is said in a sentence, with what to do.
 * Stopped at any time, it loses nothing: run again, it goes on.
 */
await runOnDatabase<ReencryptionReport>({
  path: '/api/operations/reencryption',
  run: ({ database, ...options }) => reencrypt({ ...options, queries: database.queries, tables: encryptedTables }),
  progress: progressWords,
  end(report, { config, secrets }) {
    const keysFrom = config.encryptionKeys ? 'ENCRYPTION_KEYS' : join(config.dataDir, 'encryption-keys')
    const wanted = secrets.encryptionKeys[0]?.id ?? ''
    for (const line of rotationWords(report, { keysFrom, wanted })) console.log(line)
    return isRotated(report, wanted) ? 0 : 1
  },
})
