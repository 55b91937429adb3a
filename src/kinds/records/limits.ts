import { type Category, categories } from './category.ts'

/** How long a text of one category may be, and where the number comes from. */
export interface Limit {
  readonly category: Category
  /** Hangul characters, the unit in which the rules are usually quoted. */
  readonly characters: number
  /** Bytes as `neisBytes` counts them: 3 for each of the characters. This is what binds. */
  readonly bytes: number
  /** The school year (it starts in March) the row is reported for, `YYYY`. */
  readonly since: string
  /** The students it holds for. */
  readonly appliesTo: string
  readonly source: string
  /** Whether someone has checked the row against the ministry's guide (기재요령) itself. So far no one has. */
  readonly verified: false
}

const press = 'edujin.co.kr article 45029, quoting the 2022 guide; open-source NEIS counters'
const reports = 'open-source record writers, 2026; no official text seen'

/**
 * The known limits. The first row of a category is the one that `limitFor` gives; the rows
 * after it are other values in circulation, kept so that moving a row changes the limit.
 *
 * Where rows differ, the first is the larger one, which press quotes from the guide. The two mistakes are not alike: with
 * too large a limit, NEIS itself refuses the pasted text and the teacher shortens it; with too small a limit, words that
 * belong in the record are cut for nothing and no one notices. A teacher whose students have the smaller limit asks for
 * it with `targetBytes`.
 */
export const limits: readonly Limit[] = [
  row('subject', 500, '2022', 'all, per subject and year', press),
  row('individual', 500, '2022', 'all, per year', press),
  row('individual', 300, '2026', 'unclear; a single counter says so', 'one open-source counter, 2026'),
  row('behaviour', 500, '2022', 'students who entered before the change, per year', press),
  row('behaviour', 300, '2026', 'newer cohorts, per year', reports),
  row('autonomy', 500, '2022', 'all, per year', press),
  row('club', 500, '2022', 'all, per year', press),
  row('career', 700, '2022', 'students who entered before the change, per year', press),
  row('career', 500, '2026', 'newer cohorts, per year', reports),
]

/** The limit that counts for a category: its first row in `limits`. */
export function limitFor(category: Category): Limit {
  const limit = limits.find(row => row.category === category)
  if (limit === undefined) throw new RangeError(`no limit for ${category}; known are ${categories.join(', ')}`)
  return limit
}

function row(category: Category, characters: number, since: string, appliesTo: string, source: string): Limit {
  return { category, characters, bytes: characters * 3, since, appliesTo, source, verified: false }
}
