import { nameOf } from './category.ts'
import { limits, newestGuide } from './limits.ts'
import { emphases } from './prompt.ts'
import { schoolYearOf } from './school-year.ts'

/** How long a text may be, and what the versions stress: the same for everyone, in this school year. */
export function limitList() {
  return {
    items: limits.map(limit => ({
      ...limit,
      note: limit.note ?? null,
      names: nameOf(limit.category, limit.schoolLevel),
    })),
    schoolYear: schoolYearOf(new Date()),
    newestGuide,
    emphases: emphases.map(({ ko, en }) => ({ ko, en })),
  }
}
