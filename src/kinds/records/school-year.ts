const seoulOffsetMs = 9 * 60 * 60 * 1000

/** The school year of an instant: it begins on 1 March, by the clock of Korea, which has no summer time. */
export function schoolYearOf(instant: Date): number {
  const there = new Date(instant.getTime() + seoulOffsetMs)
  return there.getUTCMonth() < 2 ? there.getUTCFullYear() - 1 : there.getUTCFullYear()
}
