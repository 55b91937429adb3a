import type { Chat } from './chat.ts'
import { contentWords, recall } from './recall.ts'
import { clipped } from './sentences.ts'

/** Asks for what was said, on any subject: 뭐라고 했죠?, 기억해요?, 아까. */
const explicit =
  /(?:라고|다고|냐고|자고) ?(?:[했하]|말|얘기|그랬)|뭐라고|뭐랬|기억[나하해]|아까|방금|(?:앞|전|처음)에서? ?(?:말|얘기|이야기|뭐)|말했(?:죠|지|더라|던|잖)|말씀드/
/** Asks for something of the speaker's own. */
const own = /(?:^|\s)(?:제|내|우리|저희)(?:가|는)? ?\S+.{0,30}(?:뭐|뭔|뭘|무엇|무슨|언제|어디|누구|몇|이름|어떤)/

/** The answer to a question about what was said before; undefined for any other message. */
export function answerFromMemory(chat: Chat): string | undefined {
  const { main, kind, notes } = chat
  if (/(?:지금까지|우리|여태).{0,12}(?:무슨|어떤|뭔) ?(?:얘기|이야기|말|대화)|대화.{0,8}(?:요약|정리)해/.test(main))
    return overview(chat)
  if (kind !== 'question') return undefined
  if (/(?:제|내|나의|저의|우리) ?이름(?!.{0,4}(?:처럼|같은))/.test(main)) {
    return notes.name === undefined
      ? '아직 이름을 듣지 못했어요. 알려 주시면 잊지 않고 불러 드릴게요.'
      : `${notes.name} 님이라고 하셨어요. 잘 기억하고 있어요. 이름 말고도 나눈 이야기가 있으면 편하게 물어보세요.`
  }
  const asksBack = explicit.test(main)
  if (!asksBack && !own.test(main)) return undefined
  if (asksBack && contentWords(main).length === 0) return lastWords(chat)
  const note = recall(main, notes)
  if (note !== undefined) {
    return notes.others.includes(note)
      ? `제가 기억하기로는 이래요. ${note} 그사이 달라진 것이 있으면 말씀해 주세요.`
      : `“${note}”라고 말씀하셨어요. 제가 맞게 기억하고 있나요? 달라진 것이 있으면 고쳐 기억할게요.`
  }
  return asksBack || /(?:제|내|우리|저희) ?\S+.{0,12}(?:뭐|뭔|언제|어디|누구|몇)/.test(main)
    ? '그 이야기는 아직 들은 기억이 없어요. 다시 한번 말씀해 주시면 잘 기억해 둘게요.'
    : undefined
}

/** 아까 뭐라고 했지? */
function lastWords({ main, history, notes }: Chat): string {
  const first = /처음/.test(main)
  const said = (first ? history.find(isUser) : history.findLast(isUser))?.content
  const answered = history.findLast(({ role }) => role === 'assistant')?.content
  const known = first ? (notes.stated[0] ?? said) : (said ?? notes.stated.at(-1))
  if (known === undefined) return '이 대화에서는 아직 나눈 이야기가 없어요. 무슨 이야기부터 해 볼까요?'
  if (/(?:너|네|니|당신|소라)(?:는|가|도)? /.test(main) && answered !== undefined)
    return `저는 “${clipped(answered, 80)}”라고 말씀드렸어요. 더 설명이 필요한 부분이 있으면 짚어 주세요.`
  const yours = `“${clipped(known, 80)}”라고 하셨어요.`
  if (first || answered === undefined || /(?:제|내)가/.test(main)) return `${yours} 이어서 더 이야기해 볼까요?`
  return `조금 전에 ${yours} 그리고 저는 “${clipped(answered, 60)}”라고 답했어요. 어느 쪽을 더 이야기해 볼까요?`
}

function overview({ notes }: Chat): string {
  const topics = [...notes.stated.slice(-4), ...notes.asked.slice(-2)].map(text => `“${text}”`)
  const about = [...notes.others.slice(0, 3), topics.length === 0 ? '' : `${topics.join(', ')} 같은 말씀을 하셨어요.`]
  const facts = about.filter(text => text !== '').join(' ')
  if (facts === '') return '아직 나눈 이야기가 많지 않아요. 하고 싶은 이야기를 편하게 들려주세요.'
  return `지금까지 나눈 이야기를 떠올려 볼게요. ${facts} 이 가운데 이어 가고 싶은 이야기가 있으세요?`
}

function isUser({ role }: { role: string }): boolean {
  return role === 'user'
}
