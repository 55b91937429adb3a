import { eventClause } from './event-clause.ts'
import { type Feeling, feelingsIn } from './feelings.ts'
import { anyDay, type ReviewTopic, topics } from './review-topics.ts'
import { bare } from './sentences.ts'

/** What the diary holds. */
export interface Day {
  /** What happened, each ready to stand before a noun, at most two. */
  readonly events: readonly string[]
  /** At most three, those of the day's mood first. */
  readonly feelings: readonly Feeling[]
  /** Another sentence, as it was written, without its stop: one that states a feeling, if there is one. */
  readonly heart: string | undefined
  readonly topics: readonly ReviewTopic[]
  readonly mood: 'hard' | 'plain' | 'good'
}

/** Reads a diary for what its words show. */
export function dayOf(sentences: readonly string[]): Day {
  const text = sentences.join(' ')
  const feelings = feelingsIn(sentences)
  const telling = sentences.filter(sentence => feelingsIn([sentence]).length > 0)
  // A sentence that states a feeling counts as an event only where there is no other.
  const found = [...sentences.filter(sentence => !telling.includes(sentence)), ...telling]
    .map(sentence => ({ sentence, clause: eventClause(sentence) }))
    .filter(({ clause }) => clause !== undefined)
    .slice(0, 2)
  const heart = [...telling, ...(found.length > 0 ? [] : sentences)]
    .filter(said => !found.some(({ sentence }) => sentence === said))
    .map(bare)
    // What wants something (…해라, …해 주세요) is not an event.
    .find(said => /[다요어음]$/.test(said) && !/(?:세요|셔요|줘요)$/.test(said) && said.length <= 40)
  const mood = moodOf(feelings)
  const about = topics.filter(({ words }) => words.test(text)).slice(0, 2)
  return {
    events: found.map(({ clause = '' }) => clause),
    feelings: [...feelings.filter(one => one.mood === mood), ...feelings.filter(one => one.mood !== mood)].slice(0, 3),
    heart,
    topics: about.length > 0 ? about : [anyDay],
    mood,
  }
}

/** A day as hard as it was good counts as hard: that is what needs an answer. */
function moodOf(feelings: readonly Feeling[]): Day['mood'] {
  if (feelings.length === 0) return 'plain'
  const hard = feelings.filter(({ mood }) => mood === 'hard')
  return hard.length * 2 < feelings.length ? 'good' : 'hard'
}
