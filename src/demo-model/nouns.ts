import { finalOf } from './hangul.ts'

/** A noun in a sentence, recognized by the particle behind it. */
export interface FoundNoun {
  readonly noun: string
  /** What stands behind it in the same word: a particle, a form of 이다, or nothing. */
  readonly ending: string
  /** Where it begins in the sentence. */
  readonly index: number
  /** How sure it is to be a noun: 을/를 hardly ever err, 은/는 often do. */
  readonly certainty: 1 | 2 | 3
}

/** The longest first: 에서 before 서, 으로 before 로. */
const endings: readonly (readonly [ending: string, certainty: FoundNoun['certainty']])[] = [
  ['이었습니다', 3],
  ['이었다', 3],
  ['입니다', 3],
  ['이에요', 3],
  ['이다', 2],
  ['이며', 1],
  ['이고', 1],
  ['에서는', 3],
  ['에서', 2],
  ['에게', 3],
  ['으로', 2],
  ['까지', 2],
  ['부터', 2],
  ['을', 3],
  ['를', 3],
  ['의', 2],
  ['은', 1],
  ['는', 2],
  ['이', 1],
  ['가', 2],
  ['와', 2],
  ['과', 1],
  ['에', 1],
  ['로', 1],
  ['도', 1],
]

/** Forms that go with a final consonant, and without one. */
const afterFinal = new Set(['이었습니다', '이었다', '이에요', '이며', '이고', '으로', '을', '은', '이', '과'])
const afterOpen = new Set(['를', '는', '가', '와', '로'])

/** Words that look like nouns here and are none, or say nothing. */
const empty =
  /^(?:그것|이것|저것|무엇|누구|우리|자신|자기|때문|경우|정도|이후|이전|다음|이상|이하|여기|거기|저기|가운데|이번|당시|대해|위해|통해|대부분|하나|모두|그들|이들|사람들?|오늘|어제|내일|지금|요즘|아까|그때|이때|처음|마지막|나중|조금|정말|너무|아주|매우|별로|가장|제일|함께|같이|그냥|다시|서로|스스로|많이|높이|깊이|멀리|널리|새로|바로|따로|실제|자체|사이|동안|생각|그중|각각|한편|이것들|저희|당신|이름|얘기|이야기|말씀|부분|이유|까닭|방법|어디|언제|얼마|무슨|어떤|사실|이런|그런)$/
/** Ends of verbs and adjectives before 은, 는 and 을, which are their endings too. */
const verbal =
  /(?:이라|[하되있없않같싶겠]|시키|만드|받|찾|얻|잡|남|많|높|낮|깊|넓|좁|짧|굵|늦|젊|밝|맑|읽|먹|겪|닦|묶|모르|흐르|부르|오르|이르|따르|다르|가르|떠나|지나|나오|나가|가지|느끼|지키|남기|이루|다루|보내|나타나|일어나|생기|보이|쓰이|놓이|알려지|이어지|만들어지|(?<!강|송|망)[아어여해]지|[아어여해]보|[아어]주|[아어]가|[아어]오|기르|배우|싸우|키우|지내|마시|달리|걸리|걷|알리|올리|돌리|열리|들리|버리|때리|누리|내리|그리|불리|틀리|흘리|살리|날리|늘리|뿌리내리|일컫|가리키|나누|낮추|맞추|갖추|바꾸|꾸미|움직이|높이|줄이|모이)$/

/** Stems in 이, cut before it. */
const stems = /(?:움직|속삭|끄덕|반짝|망설|줄어들|기울|붙|높|줄|보|쌓|쓰|덮|섞)$/

/**
 * The nouns of a Korean sentence, in its order. By rules, so it misses many (nothing behind them, compounds apart) and
 * errs now and then; nouns of one syllable are left out.
 */
export function nounsIn(sentence: string): FoundNoun[] {
  const found: FoundNoun[] = []
  for (const { 0: word, index } of sentence.matchAll(/(?<![가-힣A-Za-z0-9])[가-힣]{2,12}(?![가-힣A-Za-z0-9])/g)) {
    const ending = endings.find(([form]) => word.length > form.length + 1 && word.endsWith(form) && fits(word, form))
    if (ending === undefined) continue
    const [form, certainty] = ending
    const noun = word.slice(0, -form.length)
    const isVerb =
      finalOf(noun) === 'ㅆ' ||
      (/^[은는을]$/.test(form) && verbal.test(noun)) ||
      (/^이[며고]$/.test(form) && stems.test(noun))
    if (!empty.test(noun) && !isVerb) found.push({ noun, ending: form, index, certainty })
  }
  return found
}

function fits(word: string, form: string): boolean {
  const closed = finalOf(word.slice(0, -form.length)) !== ''
  if (form === '로' || form === '으로') {
    // 연필로: after ㄹ it is 로.
    const final = finalOf(word.slice(0, -form.length))
    return (final === '' || final === 'ㄹ') === (form === '로')
  }
  return afterFinal.has(form) ? closed : afterOpen.has(form) ? !closed : true
}
