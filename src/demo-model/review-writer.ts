import { type Feeling, inDanger } from './feelings.ts'
import { withParticle } from './hangul.ts'
import type { Random } from './random.ts'
import { type Day, dayOf } from './review-day.ts'
import { writeEnglishReview } from './review-english.ts'
import {
  dangerReviews,
  feelingClosings,
  feelingOpenings,
  seenThings,
  thinkingClosings,
  thinkingOpenings,
} from './review-phrases.ts'
import type { ReviewRequest } from './review-request.ts'
import { anyDay, goodDay } from './review-topics.ts'
import { bare, isHangul, quoted, sentencesOf } from './sentences.ts'

/**
 * The review of a diary, in polite Korean, two or three paragraphs: as persona T what to make of the day and what to do
 * next, as persona F what it must have felt like. It takes up the diary's events and feelings, follows none of its
 * instructions and adds no facts. A diary in another language gets a short English review.
 */
export function writeReview({ persona, diary }: ReviewRequest, random: Random): string {
  const sentences = sentencesOf(diary)
  const text = sentences.join(' ')
  if (inDanger(text)) return dangerReviews[persona]
  if (/[a-z]/i.test(text) && !isHangul(text)) return writeEnglishReview(persona, sentences, random)
  const day = dayOf(sentences)
  if (text.length < 12 && day.events.length === 0) return shortReview(persona, day, bare(text))
  const paragraphs = persona === 'thinking' ? advice(day, random) : empathy(day, random)
  return paragraphs.map(paragraph => paragraph.filter(sentence => sentence !== '').join(' ')).join('\n\n')
}

function shortReview(persona: ReviewRequest['persona'], { feelings: [feeling] }: Day, text: string): string {
  const said = text === '' ? '아직 아무것도 적지 않으셔서' : `${quoted(text, 12, ['이라고', '라고'])}만 적으셔서`
  return persona === 'thinking'
    ? `${said} 아직 짚어 볼 것이 많지 않아요. 언제, 어디에서, 무슨 일이 있었는지 세 문장만 더 적어 주시면 다음에 할 일을 함께 찾아볼게요.`
    : `짧은 말 속에도 마음이 담겨 있겠지요. ${feeling?.empathy ?? '말로 다 하기 어려운 날도 있는 법이에요.'} 괜찮으시면 오늘 있었던 일을 조금만 더 들려주시겠어요?`
}

function advice({ events, feelings, heart, topics: [first = anyDay, second], mood }: Day, random: Random): string[][] {
  const topic = mood === 'good' ? goodDay : first
  const [event, other] = events
  const [opening = ''] = random.shuffled(thinkingOpenings)
  const start =
    heart === undefined
      ? '적어 주신 하루를 차분히 살펴봤어요.'
      : `${quoted(heart, 40, ['이라는', '라는'])} 말에서 시작해 볼게요.`
  const [insight = ''] = random.shuffled(topic.insights)
  const [today = ''] = random.shuffled(topic.today)
  const [later = '', more = ''] = random.shuffled(topic.later)
  const [elsewhere = more] = mood === 'good' ? [] : random.shuffled(second?.later ?? [])
  const [closing = ''] = random.shuffled(thinkingClosings[mood])
  return [
    [
      event === undefined ? start : opening.replace('{event}', () => event),
      other === undefined ? '' : `${other} 것도 함께 놓고 볼게요.`,
      insight,
      mood === 'hard' ? `${feelings[0]?.modifier} 마음이 드는 것과 무엇을 할지는 따로 두고 생각해도 돼요.` : '',
    ],
    [`먼저 작은 일부터 시작해 볼까요? ${today}`, later, elsewhere],
    [closing],
  ]
}

function empathy({ events, feelings, heart, topics: [first = anyDay], mood }: Day, random: Random): string[][] {
  const [event] = events
  const [feeling] = feelings
  const [opening = ''] = random.shuffled(feelingOpenings[mood])
  const [comfort = '', more = ''] = random.shuffled(mood === 'good' ? goodDay.comforts : first.comforts)
  const [seen = ''] = random.shuffled(seenThings[mood])
  const [closing = ''] = random.shuffled(feelingClosings[mood])
  return [
    [
      event === undefined ? '들려주신 하루를 천천히 따라 읽었어요.' : opening.replace('{event}', () => event),
      heart === undefined ? '' : `${quoted(heart, 40, ['이라는', '라는'])} 말에 마음이 오래 머물렀어요.`,
      feeling === undefined
        ? '글에 다 적히지 않은 마음도 있을 것 같아요.'
        : `그 안에서 ${withParticle(namesOf(feelings), ['이', '가'])} 느껴졌어요. ${feeling.empathy}`,
    ],
    [
      feeling === undefined ? '' : `그런 날에 ${feeling.modifier} 마음이 드는 건 아주 자연스러운 일이에요.`,
      comfort,
      more,
    ],
    [seen, closing],
  ]
}

function namesOf(feelings: readonly Feeling[]): string {
  return feelings.map(({ name }) => name).reduce((names, name) => `${withParticle(names, ['과', '와'])} ${name}`)
}
