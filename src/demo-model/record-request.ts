import { blockNamed, mainText, type Prompt } from './prompt.ts'

/** What the demo model reads from a prompt for a student record. */
export interface RecordRequest {
  readonly kind: 'subject' | 'individual' | 'behaviour' | 'autonomy' | 'club' | 'career'
  /** 0 to 4: growth, thinking, teamwork, examples, summary. */
  readonly emphasis: number
  /** The text must not be larger, in bytes at 3 per Hangul. */
  readonly maxBytes: number
  readonly subject: string
  readonly observations: string
  readonly keywords: readonly string[]
}

const kinds: readonly (readonly [title: string, kind: RecordRequest['kind']])[] = [
  ['행동특성', 'behaviour'],
  ['자율·자치', 'autonomy'],
  ['자율활동', 'autonomy'],
  ['동아리활동', 'club'],
  ['진로활동', 'career'],
  ['개인별', 'individual'],
  ['과목별', 'subject'],
  ['성취수준', 'subject'],
]

const emphases = ['과정과 성장', '역량과 사고력', '협업과 태도', '구체적 사례', '간결한 요약']

/**
 * Reads a prompt as a request for a student record; undefined when it is none.
 *
 * It searches for what any such prompt says (the word 생활기록부, an emphasis, `…바이트 이내`) and takes the longest block
 * between two equal lines of quotes as the observations, or the whole last message. So it needs nothing of the code
 * that writes the prompt, and answers prompts written by hand in the same way.
 */
export function readRecordRequest(prompt: Prompt): RecordRequest | undefined {
  const { rules, blocks } = prompt
  if (!rules.includes('생활기록부')) return undefined

  const observations = mainText(prompt)
  const named = (title: string) =>
    blockNamed(
      blocks.filter(({ text }) => text !== observations),
      title,
    )
  const budget = /(\d[\d,]{0,9})\s?바이트 이내/.exec(rules)?.[1]?.replaceAll(',', '')
  return {
    kind: kinds.find(([title]) => rules.includes(title))?.[1] ?? 'individual',
    emphasis: Math.max(
      0,
      emphases.findIndex(name => rules.includes(name)),
    ),
    maxBytes: Number(budget ?? 1500),
    subject: named('과목'),
    observations,
    keywords: named('낱말')
      .split(',')
      .map(word => word.trim())
      .filter(word => word !== ''),
  }
}
