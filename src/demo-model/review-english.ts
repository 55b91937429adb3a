import type { Random } from './random.ts'
import type { ReviewRequest } from './review-request.ts'
import { bare, clipped } from './sentences.ts'

const feelings: readonly (readonly [name: string, words: RegExp])[] = [
  ['anxiety', /\b(?:anxious|worried|nervous|afraid|scared)\b/i],
  ['anger', /\b(?:angry|annoyed|mad|furious)\b/i],
  ['sadness', /\b(?:sad|cried|crying|upset|hurt|down)\b/i],
  ['loneliness', /\b(?:lonely|alone|left out)\b/i],
  ['exhaustion', /\b(?:tired|exhausted|drained|burnt out)\b/i],
  ['disappointment', /\b(?:disappointed|failed|regret)\b/i],
  ['pride', /\b(?:proud|accomplished)\b/i],
  ['joy', /\b(?:happy|glad|fun|excited|great|enjoyed)\b/i],
  ['gratitude', /\b(?:grateful|thankful)\b/i],
]

/** A short review of a diary that is not Korean. */
export function writeEnglishReview(
  persona: ReviewRequest['persona'],
  sentences: readonly string[],
  random: Random,
): string {
  const text = sentences.join(' ')
  const felt = feelings.filter(([, words]) => words.test(text)).map(([name]) => name)
  const quote = `“${clipped(bare(sentences[0] ?? ''), 80)}”`
  const named = felt.slice(0, 2).join(' and ')
  if (persona === 'thinking') {
    const [step] = random.shuffled([
      'Today, write down in one sentence what exactly went wrong or right, and keep it to facts.',
      'Today, pick the smallest part of it that you can finish in ten minutes, and do only that.',
    ])
    return `You begin with ${quote}, so let us start there. It helps to separate what you can change from what you cannot. ${step} Tomorrow, choose one thing to do differently and decide when and where you will do it. In three days, look back at this page and note what has changed.`
  }
  const [close] = random.shuffled(['There is no hurry to feel better.', 'I am glad you wrote it down.'])
  return `I stayed with the words ${quote} for a while. ${named === '' ? 'There may be more feelings in this day than you wrote down.' : `I can hear ${named} in what you wrote.`} It makes sense to feel that way after a day like this. You carried a lot, and you still took the time to be honest with yourself. ${close}`
}
