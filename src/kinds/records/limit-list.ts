import { categoryNames } from './category.ts'
import { limitFor, limits } from './limits.ts'
import { emphases } from './prompt.ts'

/** How long a text may be, and what the versions stress: the same for everyone. */
export function limitList() {
  return {
    items: limits.map(limit => ({
      ...limit,
      names: categoryNames[limit.category],
      current: limit === limitFor(limit.category),
    })),
    emphases: emphases.map(({ ko, en }) => ({ ko, en })),
  }
}
