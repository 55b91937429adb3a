import type { ReviewInput } from './input.ts'

/** What a diary entry is known by: its first line. */
export function reviewLabel({ body }: Pick<ReviewInput, 'body'>): string {
  return body.trim().split('\n', 1)[0] ?? ''
}
