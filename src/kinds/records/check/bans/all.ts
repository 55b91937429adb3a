import { abroadAndBeyond } from './abroad-and-beyond.ts'
import type { Ban } from './ban.ts'
import { brands } from './brands.ts'
import { names } from './names.ts'
import { people } from './people.ts'
import { testsAndPrizes } from './tests-and-prizes.ts'
import { writings } from './writings.ts'

/** Every ban. Of two that find the same passage, the one higher up counts. */
export const bans: readonly Ban[] = [...testsAndPrizes, ...writings, ...people, ...names, ...brands, ...abroadAndBeyond]
