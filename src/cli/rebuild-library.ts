import { quickImports } from '../db/quick-imports.ts'
import type { RebuildReport } from '../library/rebuild.ts'

quickImports()
const { librarySources } = await import('../app/library-sources.ts')
const { rebuildLibrary } = await import('../library/rebuild.ts')
const { runOnDatabase } = await import('./run-on-database.ts')

/**
 * `npm run rebuild:library`: rewrites the library from its sources, while servers run and write.
 *
 * For a database from before there was a library, and for an operator who doubts it. Stopped at any time, it leaves
 * entries that are true; run again, it begins from the start.
 */
await runOnDatabase<RebuildReport>({
  path: '/api/operations/library-rebuild',
  run: options => rebuildLibrary({ ...options, sources: librarySources(options.cipher) }),
  progress: report => `... ${words(report)} so far`,
  end(report) {
    console.log(`The library is rebuilt: ${words(report)}.`)
    return 0
  },
})

function words({ written, removed, damaged }: RebuildReport): string {
  const counts = Object.entries(written).map(([kind, count]) => `${kind} ${count}`)
  return `entries written: ${counts.join(', ')}; removed: ${removed}${damaged > 0 ? `; of ${damaged} something is damaged and left out` : ''}`
}
