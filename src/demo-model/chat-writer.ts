import type { Chat } from './chat.ts'
import { writeEnglishReply } from './chat-english.ts'
import { formattedExample } from './chat-markdown.ts'
import { answerFromMemory } from './chat-recall.ts'
import { smallTalk } from './chat-small-talk.ts'
import { isFact } from './facts.ts'
import { feelingsIn, inDanger } from './feelings.ts'
import { withParticle } from './hangul.ts'
import { nounsIn } from './nouns.ts'
import { dangerReviews } from './review-phrases.ts'
import { topics } from './review-topics.ts'
import { bare, isHangul, quoted } from './sentences.ts'

/**
 * The reply to the last message of a conversation: a greeting to a greeting, an answer from memory to a question about
 * what was said, a few sentences that take up anything else and ask back. It knows nothing and says so. Never empty.
 */
export function writeChatReply(chat: Chat): string {
  const text = chat.sentences.join(' ')
  if (inDanger(text)) return dangerReviews.feeling
  if (/[a-z]/i.test(text) && !isHangul(text)) return writeEnglishReply(chat)
  return (
    answerFromMemory(chat) ??
    smallTalk(chat) ??
    adviceOn(chat, text) ??
    formattedExample(chat) ??
    honestAnswer(chat) ??
    reaction(chat, text)
  )
}

/** For a user who asks what to do about a topic that the demo model knows. */
function adviceOn({ main, kind, notes, random }: Chat, text: string): string | undefined {
  const asks = kind === 'question' && /어떻게|어떡|할까|하지|좋을까|방법|해야|[하되]려면|조언/.test(main)
  const topic = topics.find(({ words }) => words.test(text))
  if (topic === undefined || !(asks || (kind === 'request' && /조언|도와|알려/.test(main)))) return undefined
  const [insight, today, later] = [topic.insights, topic.today, topic.later].map(lines => random.shuffled(lines)[0])
  const empathy = feelingsIn([text])[0]?.empathy ?? '고민이 되실 만해요.'
  return `${calledBy(notes.name)}${empathy} ${insight}

1. **오늘**: ${today}
2. **그다음**: ${later}

이 가운데 어떤 것이 가장 해 볼 만하게 느껴지세요?`
}

/** For a message that asks for knowledge or work that a demo does not have. */
function honestAnswer({ main, kind, notes, random }: Chat): string | undefined {
  if (kind !== 'question' && kind !== 'request') return undefined
  const topic = topicOf(main)
  const said = quoted(bare(main), 30, ['이라고', '라고'])
  if (kind === 'request') {
    return `${calledBy(notes.name)}${said} 부탁하셨네요. 저는 정해진 규칙으로 답하는 데모 모델이라 ${topic === undefined ? '그 일을' : `${withParticle(topic, ['과', '와'])} 관련된 그 일을`} 제대로 해 드리기는 어려워요. 실제 모델을 연결하면 같은 자리에서 받아 보실 수 있어요. 우선 어디에 쓰실 것인지 알려 주시면 필요한 것을 함께 정리해 볼게요.`
  }
  const [back] = random.shuffled([
    '어떤 점이 가장 궁금하셨어요?',
    '어쩌다 궁금해지셨는지 들려주시겠어요?',
    '혹시 알고 계신 만큼 먼저 들려주시겠어요?',
  ])
  return `${calledBy(notes.name)}${said} 물어보셨네요. 좋은 질문이에요. 다만 저는 정해진 규칙으로 답하는 데모 모델이라 ${topic === undefined ? '그것을' : withParticle(topic, ['을', '를'])} 설명할 지식이 없어요. 실제 모델을 연결하면 이 자리에서 제대로 된 답을 들으실 수 있어요. ${back}`
}

/** For a statement: repeats its own words, then its feeling or its topic, then asks a question. */
function reaction({ main, notes, random }: Chat, text: string): string {
  const [feeling] = feelingsIn([text])
  const topic = topics.find(({ words }) => words.test(text))
  const noun = topicOf(main)
  const said = main === '' ? '' : `${calledBy(notes.name)}${quoted(bare(main), 30, ['이라는', '라는'])} 말씀`
  const [comfort] = random.shuffled(feeling?.mood === 'hard' ? (topic?.comforts ?? []) : [])
  const [back] = random.shuffled([
    ...(noun === undefined
      ? []
      : [
          `${noun} 이야기를 조금 더 들려주시겠어요?`,
          `${withParticle(noun, ['은', '는'])} 어떤 점이 가장 마음에 남으셨어요?`,
        ]),
    ...(noun === undefined ? ['조금 더 자세히 들려주시겠어요?', '그때 어떤 마음이 드셨어요?'] : []),
  ])
  if (said === '') return `말씀하신 것을 제가 잘 읽지 못했어요. 글로 조금 더 적어 주시겠어요?`
  if (feeling !== undefined)
    return `${said}을 읽었어요. ${[feeling.empathy, comfort].filter(one => one !== undefined).join(' ')} ${back}`
  if (isFact(main)) return `${said}, 잘 기억해 둘게요. 그렇게 알려 주시니 한결 가까워진 느낌이에요. ${back}`
  return `${said}을 잘 읽었어요. 있는 그대로 들려주셔서 고마워요. ${back}`
}

function calledBy(name: string | undefined): string {
  return name === undefined ? '' : `${name} 님, `
}

/** What a sentence is about: its surest noun, the first of them. */
function topicOf(sentence: string): string | undefined {
  const nouns = nounsIn(sentence)
  const surest = Math.max(0, ...nouns.map(({ certainty }) => certainty))
  return nouns.find(({ certainty }) => certainty === surest)?.noun
}
