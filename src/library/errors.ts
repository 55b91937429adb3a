import { Problem } from '../base/problem.ts'

export function invalidTime(name: 'from' | 'to'): Problem {
  return new Problem({
    status: 400,
    code: 'invalid-time',
    title: 'Invalid time',
    detail: `\`${name}\` is no day of the calendar, or no time of one: write 2026-11-24 or 2026-11-24T09:30:00Z.`,
  })
}
