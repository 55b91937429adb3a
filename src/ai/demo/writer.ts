import type { ChatMessage } from './chat-request.ts'
import { withParticle } from './hangul.ts'
import { seededRandom } from './random.ts'
import { readRecordRequest } from './record-request.ts'
import { writeRecord } from './record-writer.ts'

/**
 * What the demo model answers: a student record when the chat asks for one, else a few words about the last message.
 *
 * The same messages always get the same answer, so a retry shows what it would have shown. Never empty for a request
 * with room for a sentence; never longer than the size a record prompt allows.
 */
export function writeReply(messages: readonly ChatMessage[]): string {
  const random = seededRandom(messages.map(({ role, content }) => `${role}\n${content}`).join('\n\n'))
  const request = readRecordRequest(messages)
  if (request !== undefined) return writeRecord(request, random)

  const [opening] = random.shuffled(openings)
  const [advice] = random.shuffled(advices)
  const [ending] = random.shuffled(endings)
  const topic = topicOf(messages.findLast(message => message.role === 'user')?.content ?? '')
  return `${topic === '' ? '' : `${withParticle(`‘${topic}’`, ['이라는', '라는'])} 말씀을 읽었어요. `}${opening} ${advice} ${ending}`
}

const openings = [
  '먼저 이야기를 나누어 주셔서 고마워요.',
  '어떤 마음으로 쓰셨을지 천천히 생각해 보았어요.',
  '쉽지 않은 이야기였을 텐데 잘 전해졌어요.',
]

const advices = [
  '지금 할 수 있는 가장 작은 일을 하나 골라 오늘 안에 해 보면 다음 걸음이 조금 더 분명해질 거예요.',
  '마음에 남는 부분을 한 줄로 적어 두고 내일 다시 읽어 보면 다르게 보이는 점이 있을 거예요.',
  '가까운 사람에게 있는 그대로 이야기해 보면 생각이 정리되는 데 도움이 될 거예요.',
]

const endings = [
  '더 나누고 싶은 이야기가 있으면 언제든 들려주세요.',
  '조금 더 자세히 알려 주시면 함께 생각해 볼게요.',
  '서두르지 않아도 괜찮아요.',
]

/** The longest sentence near the start of a message, at most 30 characters of it, cut between words. */
function topicOf(message: string): string {
  const line = message
    .slice(0, 400)
    .toWellFormed()
    .replace(/["'‘’“”\s]+/g, ' ')
  const sentences = line.split(/[.!?。…]+/).map(sentence => sentence.trim())
  const sentence = sentences.reduce((longest, next) => (next.length > longest.length ? next : longest), '')
  if (sentence.length <= 30) return sentence
  const cut = sentence.lastIndexOf(' ', 29)
  return `${sentence.slice(0, cut > 5 ? cut : 29).toWellFormed()}…`
}
