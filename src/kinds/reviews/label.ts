import type { ReviewInput } from './input.ts'

/** The name of a diary entry in lists: its first line. */
export function reviewLabel({ body }: Pick<ReviewInput, 'body'>): string {
  return body.trim().split('\n', 1)[0] ?? ''
}
