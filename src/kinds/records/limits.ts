import { type Category, categories, type Names, type SchoolLevel, schoolLevels } from './category.ts'
import { anonymous, elementaryGuide, highGuide, press, type Source } from './sources.ts'

/** How long a text of one part may be from one school year on, and where the number comes from. */
export interface Limit extends Source {
  readonly category: Category
  readonly schoolLevel: SchoolLevel
  /** Hangul characters, the unit in which the rules are usually quoted; null without a limit. */
  readonly characters: number | null
  /** Bytes as `neisBytes` counts them: 3 for each of the characters. This is what binds; null without a limit. */
  readonly bytes: number | null
  /** The first school year (it begins in March) that the row holds for, until a later row of the part. */
  readonly since: number
  /** What else a teacher should know of the number. */
  readonly note?: Names
}

/** Which row holds: a part of a record of a school level and year, as far as the record says. */
export interface Part {
  readonly category: Category
  readonly schoolLevel?: SchoolLevel | undefined
  readonly schoolYear?: number | undefined
}

/** The school year of the newest guide in the table: later ones are assumed to say the same. */
export const newestGuide = 2026

/** Records that Conch wrote before it knew of levels and years were high school's, under the rules before 2026. */
const before = { schoolLevel: 'high', schoolYear: 2025 } as const

const shared: Names = {
  ko: '공통과목 1과 2는 분량을 함께 쓴다고 알려져 있습니다. 공식 기재요령에서 확인하지는 못했습니다.',
  en: 'Common subjects 1 and 2 are reported to share one limit. No official text seen.',
}
const perEntry: Names = { ko: '봉사활동 한 건마다의 한도입니다.', en: 'For each entry.' }
const unclear: Names = {
  ko: '자료마다 다릅니다. 학교의 기재요령을 확인해 주세요.',
  en: 'Sources differ: please look at the guide your school has.',
}

const high = (category: Category, characters: number, note?: Names) =>
  row('high', category, characters, 2026, highGuide, note)
const highBefore = (category: Category, characters: number) => row('high', category, characters, 2022, press)
const middle = (category: Category, characters: number, note?: Names) =>
  row('middle', category, characters, 2026, anonymous, note)
const elementary = (category: Category, characters: number | null, note?: Names) =>
  row('elementary', category, characters, 2026, elementaryGuide, note)

/** The known limits; of one part, the oldest first. */
export const limits: readonly Limit[] = [
  highBefore('subject', 500),
  high('subject', 500, shared),
  highBefore('individual', 500),
  high('individual', 500),
  highBefore('behaviour', 500),
  high('behaviour', 300),
  highBefore('autonomy', 500),
  high('autonomy', 500),
  highBefore('club', 500),
  high('club', 500),
  highBefore('career', 700),
  high('career', 500),
  high('volunteer', 50, perEntry),
  high('attendance', 500),

  middle('subject', 500),
  middle('individual', 500),
  middle('behaviour', 500, unclear),
  middle('autonomy', 500),
  middle('club', 500),
  middle('career', 700, unclear),
  middle('volunteer', 50, perEntry),
  middle('attendance', 500),

  elementary('subject', null),
  elementary('behaviour', null),
  elementary('autonomy-club', null),
  elementary('career', null),
  elementary('volunteer', 50, perEntry),
  elementary('attendance', 500),
]

/** The parts of a school level, in the order of `categories`. */
export function partsOf(schoolLevel: SchoolLevel): Category[] {
  return categories.filter(category => isPart({ category, schoolLevel }))
}

/** Whether the school level has the part at all. */
export function isPart({ category, schoolLevel = before.schoolLevel }: Part): boolean {
  return limits.some(row => row.category === category && row.schoolLevel === schoolLevel)
}

/**
 * The limit of a part: the row of its school year. Years before the table have its oldest row; years after the newest guide
 * its newest one, which is `assumed` then. A part that says no level or year is older than these rules and keeps its own.
 *
 * @throws RangeError when the level has no such part
 */
export function limitFor(part: Part): Limit & { assumed: boolean } {
  const { category, schoolLevel = before.schoolLevel, schoolYear = before.schoolYear } = part
  const rows = limits.filter(row => row.category === category && row.schoolLevel === schoolLevel)
  const limit = rows.findLast(({ since }) => since <= schoolYear) ?? rows[0]
  if (limit === undefined) {
    throw new RangeError(`no limit for ${category} at ${schoolLevel}; known are ${schoolLevels.join(', ')}`)
  }
  return { ...limit, assumed: schoolYear > newestGuide }
}

/** The smaller of a target and the part's limit, in bytes; null where there is neither. */
export function boundTo(part: Part, targetBytes: number | undefined): number | null {
  const { bytes } = limitFor(part)
  return bytes === null ? (targetBytes ?? null) : Math.min(targetBytes ?? bytes, bytes)
}

function row(
  schoolLevel: SchoolLevel,
  category: Category,
  characters: number | null,
  since: number,
  source: Source,
  note?: Names,
): Limit {
  const bytes = characters === null ? null : characters * 3
  return { category, schoolLevel, characters, bytes, since, ...source, ...(note && { note }) }
}
