/** Set by `npm run test:long`. */
const long = process.env.TEST_LONG === '1'

/** How much of something there is in a run for each commit, and how much in a long one. */
export function amount(usual: number, inLongRun: number): number {
  return long ? inLongRun : usual
}
