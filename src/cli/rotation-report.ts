import { isComplete, type ReencryptionReport } from '../db/reencryption-report.ts'

export interface RotationContext {
  /** The source of the keys: `ENCRYPTION_KEYS`, or the key file. */
  keysFrom: string
  /** The id of the key under which every value was to be. */
  wanted: string
}

/** A report in words, for the end of `npm run keys:rotate`: what was done, and what to do now. */
export function rotationWords(report: ReencryptionReport, { keysFrom, wanted }: RotationContext): string[] {
  const { key, columns, missingKeys, damaged, damagedRows, olderKeys, olderFormat, unusedKeys } = report
  const words = tables(report)
  const unreadable = sum(columns, 'unreadable')
  if (unreadable > damaged)
    words.push(
      `${values(unreadable - damaged)} cannot be read, since ${keyNames(missingKeys)} ${missingKeys.length > 1 ? 'are' : 'is'} ` +
        `not in ${keysFrom}: add ${missingKeys.length > 1 ? 'them' : 'it'} at the end there, and run this again.`,
    )
  if (damaged > 0) {
    words.push(`${values(damaged)} cannot be read, since the stored bytes were changed: restore them from a backup.`)
    for (const { table, column, row } of damagedRows) words.push(`  damaged: ${table}.${column} of row ${row}`)
    if (damaged > damagedRows.length) words.push(`  and ${damaged - damagedRows.length} more`)
  }
  if (olderKeys.length > 0)
    words.push(
      `An instance still writes with ${keyNames(olderKeys)}: restart it with the new key first, then run this again.`,
    )
  if (olderFormat) words.push('An instance of an older version still writes: update it first, then run this again.')
  if (key !== wanted)
    words.push(
      `The server still writes with key ${key}, not yet with key ${wanted}: restart it with the new key first, ` +
        'then run this again.',
    )
  if (!isRotated(report, wanted)) return words
  words.push(`Everything is encrypted with key ${key}.`)
  if (unusedKeys.length > 0)
    words.push(
      `No value is under ${keyNames(unusedKeys)} any more. Once every instance writes with key ${key} and no backup is ` +
        `needed that is older than this, ${unusedKeys.length > 1 ? 'they' : 'it'} may be removed from ${keysFrom}.`,
    )
  return words
}

export function isRotated(report: ReencryptionReport, wanted: string): boolean {
  return isComplete(report) && report.key === wanted
}

/** One line of progress. */
export function progressWords({ passes, columns }: ReencryptionReport): string {
  return `... pass ${passes}: ${values(sum(columns, 'reencrypted'))} re-encrypted so far`
}

function tables({ columns }: ReencryptionReport): string[] {
  return Array.from(
    Map.groupBy(columns, ({ table }) => table),
    ([table, own]) => {
      const unreadable = own.filter(column => column.unreadable > 0).map(column => column.column)
      const left = unreadable.length > 0 ? `, ${sum(own, 'unreadable')} cannot be read (${unreadable.join(', ')})` : ''
      return `${table}: ${values(sum(own, 'reencrypted'))} re-encrypted${left}`
    },
  )
}

function sum<Name extends string>(columns: Record<Name, number>[], name: Name): number {
  return columns.reduce((total, column) => total + column[name], 0)
}

function values(count: number): string {
  return `${count} ${count === 1 ? 'value' : 'values'}`
}

function keyNames(ids: string[]): string {
  return `${ids.length > 1 ? 'keys' : 'key'} ${new Intl.ListFormat('en-GB').format(ids)}`
}
