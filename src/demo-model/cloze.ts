import { nounsIn } from './nouns.ts'
import type { DraftQuestion } from './quiz-question.ts'
import type { Random } from './random.ts'
import { bare, clipped, isHangul, sentencesOf } from './sentences.ts'

/** A word of a sentence that can be left out of it. */
interface Gap {
  readonly sentence: string
  readonly word: string
  readonly index: number
  /** How the sentence goes on after the word, in a form that does not reveal it: 은(는). */
  readonly ending: string
  readonly endingLength: number
  readonly score: number
  readonly kind: 'noun' | 'number' | 'english'
}

const blank = '____'
/** The longest part of the sentence on either side of the blank. */
const maxSideChars = { noun: 40, number: 40, english: 60 }
/** The wrong choices come from this many words, the most frequent ones. */
const maxPool = 400

/** Where the material has too few words of its own. */
const spareNouns = ['자연', '사회', '문화', '경제', '기술', '역사', '예술', '교육', '환경', '건강', '언어', '정치']
const spareWords = ['nature', 'society', 'culture', 'history', 'science', 'language', 'energy', 'music']

/**
 * Questions made from a material: its sentences with a word left out, and other words of it to choose from. Each sentence
 * comes once before any comes again, the surest words first. Empty for a material without sentences; each has `wrongCount`
 * wrong choices. Made lazily.
 */
export function* clozeQuestions(material: string, wrongCount: number, random: Random): Generator<DraftQuestion> {
  const sentences = sentencesOf(material, 200).filter(sentence => sentence.length >= 10 && / /.test(sentence))
  const frequency = frequencyOf(sentences)
  const rounds = sentences.map(sentence => gapsOf(sentence, frequency).sort((a, b) => b.score - a.score))
  const pool = [...frequency]
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxPool)
    .map(([word]) => word)
  for (let round = 0; rounds.some(gaps => gaps.length > round) && round < 6; round++) {
    for (const gap of random.shuffled(rounds.map(gaps => gaps[round]).filter(found => found !== undefined))) {
      const question = questionOf(gap, pool, wrongCount, random)
      if (question.wrong.length === wrongCount) yield question
    }
  }
}

/** How often each noun, or English word, is there. */
function frequencyOf(sentences: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const sentence of sentences) {
    const words = isHangul(sentence)
      ? nounsIn(sentence).map(({ noun }) => noun)
      : englishWords(sentence).map(([word]) => word)
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

function gapsOf(sentence: string, frequency: ReadonlyMap<string, number>): Gap[] {
  if (!isHangul(sentence)) {
    return englishWords(sentence)
      .filter(([word]) => sentence.split(word).length === 2)
      .map(([word, index]) => ({
        sentence,
        word,
        index,
        ending: '',
        endingLength: 0,
        score: (frequency.get(word) ?? 0) + (/^[A-Z]/.test(word) && index > 0 ? 3 : 0),
        kind: 'english',
      }))
  }
  const nouns = nounsIn(sentence)
    // A word that is there twice would reveal itself.
    .filter(({ noun }) => sentence.split(noun).length === 2)
    .map(
      ({ noun, ending, index, certainty }): Gap => ({
        sentence,
        word: noun,
        index,
        ending: bothForms[ending] ?? ending,
        endingLength: ending.length,
        // What a sentence begins with is mostly what it is about.
        score: certainty * 2 + Math.min(3, frequency.get(noun) ?? 0) + (index === 0 ? 3 : 0),
        kind: 'noun',
      }),
    )
  const numbers = Array.from(
    sentence.matchAll(/(?<![\d.,])\d{1,7}(?=년|월|일|개|명|%|퍼센트|도|세기|번|가지|배|원|층|km|m|kg|시간|분)/g),
    ({ 0: word, index }): Gap => ({ sentence, word, index, ending: '', endingLength: 0, score: 8, kind: 'number' }),
  ).filter(({ word }) => sentence.split(word).length === 2)
  return [...nouns, ...numbers]
}

const bothForms: Readonly<Record<string, string>> = {
  은: '은(는)',
  는: '은(는)',
  이: '이(가)',
  가: '이(가)',
  을: '을(를)',
  를: '을(를)',
  과: '와(과)',
  와: '와(과)',
  으로: '(으)로',
  로: '(으)로',
  이며: '(이)며',
  이고: '(이)고',
}

function questionOf(gap: Gap, pool: readonly string[], wrongCount: number, random: Random): DraftQuestion {
  const { sentence, word, index, ending, endingLength, kind } = gap
  const before = sentence.slice(0, index)
  const after = ending + sentence.slice(index + word.length + endingLength)
  const clipping = window(before.replace(/["“”]/g, ''), after.replace(/["“”]/g, ''), maxSideChars[kind])
  return {
    question:
      kind === 'english' ? `Which word is missing? “${clipping}”` : `빈칸에 들어갈 말은 무엇인가요? “${clipping}”`,
    right: word,
    wrong: (kind === 'number'
      ? otherNumbers(word, sentence[index + word.length] ?? '', random)
      : otherWords(gap, pool, random)
    ).slice(0, wrongCount),
    explanation:
      kind === 'english'
        ? `The material says: “${clipped(bare(sentence), 120)}”.`
        : `자료에 “${clipped(bare(sentence), 120)}”라고 나와 있습니다.`,
  }
}

/** The sentence around the blank, not longer than a question may be, cut between words. */
function window(before: string, after: string, half: number): string {
  const start = before.length <= half ? before : `…${before.slice(-half).replace(/^\S* ?/, '')}`
  const end = after.length <= half ? after : `${after.slice(0, half).replace(/ ?\S*$/, '')}…`
  return `${start}${blank}${end}`
}

/** Words that are not in the sentence and neither begin nor end like the right one, near its length first. */
function otherWords({ sentence, word, kind }: Gap, pool: readonly string[], random: Random): string[] {
  const near = (other: string) => Math.abs(other.length - word.length)
  const own = random.shuffled(pool).sort((a, b) => Math.min(near(a), 2) - Math.min(near(b), 2))
  const spare = random.shuffled(kind === 'english' ? spareWords : spareNouns)
  const candidates = [...own.filter(other => isHangul(other) === (kind === 'noun')), ...spare]
  return [...new Set(candidates)].filter(
    other => !sentence.includes(other) && !word.includes(other) && !other.includes(word),
  )
}

/** Numbers near the right one: some years off a year, within the calendar for a month or a day. */
function otherNumbers(word: string, unit: string, random: Random): string[] {
  const value = Number(word)
  const spread = value >= 1000 ? 60 : Math.max(8, Math.round(value / 2))
  const most =
    unit === '월'
      ? 12
      : unit === '일' && value <= 31
        ? 31
        : unit === '%' && value <= 100
          ? 100
          : Number.POSITIVE_INFINITY
  const near = Array.from({ length: 2 * spread + 1 }, (_, step) => value - spread + step)
  return random.shuffled(near.filter(other => other >= 1 && other <= most && other !== value)).map(String)
}

const commonWords =
  /^(?:about|after|also|because|been|before|between|could|called|contains?|does|during|each|found|from|have|into|known|made|many|more|most|other|over|some|such|than|that|their|them|then|there|these|they|this|those|through|under|used|very|were|what|when|where|which|while|will|with|would|your)$/i

function englishWords(sentence: string): (readonly [word: string, index: number])[] {
  return Array.from(
    sentence.matchAll(/(?<![A-Za-z'-])[A-Za-z]{4,20}(?![A-Za-z'-])/g),
    ({ 0: word, index }) => [word, index] as const,
  ).filter(([word]) => !commonWords.test(word))
}
