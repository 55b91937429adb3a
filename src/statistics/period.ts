import { Problem } from '../base/problem.ts'

/** Days in UTC, as `2026-11-24`; both are part of it. */
export interface Period {
  from: string
  to: string
}

export const maxDays = 366
const defaultDays = 30
const dayMs = 86_400_000

/**
 * The requested period; without an end it ends today, without a beginning it starts 30 days before the end.
 *
 * @throws Problem `invalid-period`
 */
export function periodOf({ from, to }: Partial<Period>, now = new Date()): Period {
  const end = to ?? dayOf(now)
  const start = from ?? daysBefore(end, defaultDays - 1)
  for (const day of [start, end])
    if (!isDay(day)) throw invalidPeriod('Each of from and to must be a day, as 2026-11-24.')
  const days = (Date.parse(end) - Date.parse(start)) / dayMs + 1
  if (days < 1) throw invalidPeriod('from must not be after to; without to, that is today in UTC.')
  if (days > maxDays) throw invalidPeriod(`At most ${maxDays} days can be asked for at once.`)
  return { from: start, to: end }
}

export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

function daysBefore(day: string, days: number): string {
  return isDay(day) ? dayOf(new Date(Date.parse(day) - days * dayMs)) : day
}

/** Refuses a 31st of November as well. */
function isDay(text: string): boolean {
  const instant = new Date(`${text}T00:00:00Z`)
  // Postgres knows no year 0.
  return !Number.isNaN(instant.getTime()) && dayOf(instant) === text && instant.getUTCFullYear() > 0
}

function invalidPeriod(detail: string): Problem {
  return new Problem({ status: 400, code: 'invalid-period', title: 'Not a period to ask for', detail })
}
