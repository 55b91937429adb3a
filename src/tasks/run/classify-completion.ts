import type { Completion } from '../../ai/completion.ts'
import type { EndedOutputStatus, OutputError } from '../task.ts'

/** The end of an output, by how its completion ended and whether there is text. */
export function classifyCompletion(
  completion: Completion,
  hasText: boolean,
): { status: EndedOutputStatus; finishReason?: string; error?: OutputError } {
  const status = hasText ? 'incomplete' : 'failed'
  switch (completion.outcome) {
    case 'completed':
      if (hasText) return { status: 'completed', finishReason: 'stop' }
      return { status: 'failed', error: { code: 'empty', detail: 'The model ended without writing anything.' } }
    case 'length':
    case 'content-filter': {
      const { outcome } = completion
      return { status, finishReason: outcome, ...(!hasText && { error: { code: outcome, detail: stopped[outcome] } }) }
    }
    case 'aborted':
      return { status: 'cancelled' }
    case 'refused':
      return { status: 'failed', error: { code: 'refused', detail: completion.words } }
    case 'other':
      return { status, finishReason: 'other', error: { code: 'other', detail: sentence(completion.detail) } }
    default:
      return { status, error: { code: completion.outcome, detail: sentence(completion.detail) } }
  }
}

/** The end of an output without any text. */
const stopped = {
  length: 'The model reached its limit before writing anything.',
  'content-filter': 'The content filter of the model stopped it before it wrote anything.',
} as const

function sentence(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`
}
