import { bare } from './sentences.ts'

/** What a sentence does. */
export type Utterance = 'greeting' | 'thanks' | 'farewell' | 'noise' | 'question' | 'request' | 'statement'

const questionWord = /(?:^|\s)(?:뭐|뭘|뭔|무엇|무슨|어떤|어디|언제(?!나)|누구|누가|왜|몇|어떻게|얼마)/
const englishQuestion =
  /^(?:what|who|where|when|why|how|which)(?:'s| (?:\w+ )?(?:is|are|was|were|am|do|does|did|can|could|should|will|would))\b/i
const questionEnd = /(?:까요?|나요|[은는인한된간]가요|뭐야|뭐지|뭐죠|뭐예요|뭔가요|어때요?|냐고?|[했었았겠]니|더라)$/
const requestEnd =
  /(?:주세요|주실래요|주시겠어요|[해려어써아]\s?줘요?|부탁(?:해|드려|드립니다|합니다)요?|하세요|해라|하시오|십시오|알려줘|가르쳐줘)$/

/** Recognized by the words of one sentence. Only short forms are greetings and the like: 안녕이라고 했다 is a statement. */
export function utteranceOf(sentence: string): Utterance {
  const text = bare(sentence)
  if (
    !/[\p{L}\p{N}]/u.test(text) ||
    /^(?:네|넵|예|응|어|음|아|오|와|우와|헐|아니|아니요|아뇨|그래|그래요|맞아요?|좋아요?|ok|okay|yes|no)$/i.test(text)
  )
    return 'noise'
  if (text.length <= 20) {
    if (/^(?:고마워|고맙|감사|땡큐|thanks|thank you|thx)/i.test(text)) return 'thanks'
    if (/(?:안녕히|잘 ?자|잘 ?있어|다음에 (?:봐|봬|또)|나중에 (?:봐|봬)|바이|good ?bye|bye|good night)/i.test(text))
      return 'farewell'
    if (
      /^(?:안녕(?!이라|을|은|한)|하이|(?:만나서 |만나 뵈어 )?반[가갑]|좋은 (?:아침|저녁|오후)|처음 뵙|hello|hi|hey|good (?:morning|evening|afternoon))/i.test(
        text,
      )
    )
      return 'greeting'
  }
  if (requestEnd.test(text) || /^(?:please|can you|could you|tell me|write|explain)\b/i.test(text)) return 'request'
  if (sentence.trimEnd().endsWith('?') || questionEnd.test(text) || englishQuestion.test(text)) return 'question'
  return questionWord.test(text) && !/(?:[다음임함니]|는데|네요?)$/.test(text) && /(?:죠|지|요|야|어|래|해)$/.test(text)
    ? 'question'
    : 'statement'
}
