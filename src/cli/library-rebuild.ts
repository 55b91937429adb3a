import { librarySources } from '../app/library-sources.ts'
import { type RebuildReport, rebuildLibrary } from '../library/rebuild.ts'
import type { DatabaseWork } from './run-on-database.ts'

/** The work of `npm run rebuild:library`. */
export const libraryRebuild: DatabaseWork<RebuildReport> = {
  path: '/api/operations/library-rebuild',
  run: options => rebuildLibrary({ ...options, sources: librarySources(options.cipher) }),
  progress: report => `... ${words(report)} so far`,
  end(report, { print }) {
    print(`The library is rebuilt: ${words(report)}.`)
    return 0
  },
}

function words({ written, removed, damaged }: RebuildReport): string {
  const counts = Object.entries(written).map(([kind, count]) => `${kind} ${count}`)
  return `entries written: ${counts.join(', ')}; removed: ${removed}${damaged > 0 ? `; of ${damaged} something is damaged and left out` : ''}`
}
