import { nameOf } from './category.ts'
import { type Limit, limitFor, limits, newestGuide } from './limits.ts'
import { emphases } from './prompt.ts'
import { schoolYearOf } from './school-year.ts'

/** The parts of the version before, whose pages look for `current`; until the next version. */
const formerParts = ['subject', 'individual', 'behaviour', 'autonomy', 'club', 'career']

/** How long a text may be, and what the versions stress: the same for everyone, in this school year. */
export function limitList() {
  const schoolYear = schoolYearOf(new Date())
  const isCurrent = ({ category, schoolLevel, since }: Limit) =>
    schoolLevel === 'high' &&
    formerParts.includes(category) &&
    limitFor({ category, schoolLevel, schoolYear }).since === since
  return {
    items: limits.map(limit => ({
      ...limit,
      note: limit.note ?? null,
      names: nameOf(limit.category, limit.schoolLevel),
      current: isCurrent(limit),
    })),
    schoolYear,
    newestGuide,
    emphases: emphases.map(({ ko, en }) => ({ ko, en })),
  }
}
