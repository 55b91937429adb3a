import { encryptedTables } from '../app/encrypted-tables.ts'
import { keysFrom } from '../config/secrets.ts'
import { reencrypt } from '../db/reencrypt.ts'
import type { ReencryptionReport } from '../db/reencryption-report.ts'
import { isRotated, progressWords, rotationWords } from './rotation-report.ts'
import type { DatabaseWork } from './run-on-database.ts'

/** The work of `npm run keys:rotate`. */
export const rotation: DatabaseWork<ReencryptionReport> = {
  path: '/api/operations/reencryption',
  run: ({ database, ...options }) => reencrypt({ ...options, queries: database.queries, tables: encryptedTables }),
  progress: progressWords,
  saysMissingKeys: true,
  end(report, { config, keys, print }) {
    const wanted = keys[0]?.id ?? ''
    for (const line of rotationWords(report, { keysFrom: keysFrom(config), wanted })) print(line)
    return isRotated(report, wanted) ? 0 : 1
  },
}
