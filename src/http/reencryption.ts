import { Type } from 'typebox'
import { maxDamagedRows } from '../db/reencryption-report.ts'

const KeyIds = (description: string) => Type.Array(Type.String(), { maxItems: 1_000, description })

/** The progress of a re-encryption: see `ReencryptionReport`. */
export const ReencryptionSchema = Type.Object({
  key: Type.String({ description: 'Id of the newest key, under which everything is to be.' }),
  passes: Type.Integer({ description: 'How often all tables have been gone through.' }),
  columns: Type.Array(
    Type.Object({
      table: Type.String(),
      column: Type.String(),
      reencrypted: Type.Integer(),
      unreadable: Type.Integer({ description: 'No given key opens these; they were left as they are.' }),
      left: Type.Integer({ description: 'Found under an older key in this pass.' }),
    }),
    { maxItems: 100 },
  ),
  missingKeys: KeyIds('Ids of keys that were not given, named by values that cannot be read.'),
  damaged: Type.Integer({ description: 'Values that were changed, so that no key opens them.' }),
  damagedRows: Type.Array(Type.Object({ table: Type.String(), column: Type.String(), row: Type.String() }), {
    maxItems: maxDamagedRows,
    description: 'Where the first of them are: the ids of their rows.',
  }),
  olderFormat: Type.Boolean({
    description:
      'Values of an older format were found in this pass. If it was the last one, an older version still writes.',
  }),
  olderKeys: KeyIds('Ids of older keys found in this pass. If it was the last one, something still writes with them.'),
  unusedKeys: KeyIds('Ids of given keys that no value names any more.'),
})
