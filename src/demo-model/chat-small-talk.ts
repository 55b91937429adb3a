import type { Chat } from './chat.ts'
import { bare } from './sentences.ts'
import { statedName } from './stated-name.ts'

/** Answers greetings, thanks, farewells, introductions and what people ask a stranger; undefined for the rest. */
export function smallTalk(chat: Chat): string | undefined {
  return introduction(chat) ?? courtesy(chat) ?? aboutItself(chat) ?? unknowable(chat) ?? sum(chat) ?? suggestion(chat)
}

function introduction({ sentences, random }: Chat): string | undefined {
  const name = sentences.map(sentence => statedName(bare(sentence))).findLast(stated => stated !== undefined)
  if (name === undefined || sentences.length > 3) return undefined
  const [more] = random.shuffled(['오늘은 어떤 이야기를 나누어 볼까요?', '요즘 어떻게 지내고 계세요?'])
  return `${name} 님, 반가워요! 이름을 기억해 둘게요. ${more}`
}

function courtesy({ sentences, main, kind, notes, random }: Chat): string | undefined {
  if (sentences.length > 2) return undefined
  const called = notes.name === undefined ? '' : ` ${notes.name} 님,`
  const [greeting, thanks, farewell] = [
    [
      `안녕하세요!${called} 만나서 반가워요. 오늘은 어떤 하루였어요?`,
      `안녕하세요!${called} 무슨 이야기부터 해 볼까요?`,
    ],
    ['별말씀을요. 도움이 되었다니 기뻐요.', '저도 고마워요. 더 필요한 것이 있으면 말씀해 주세요.'],
    [`네,${called} 오늘 이야기 즐거웠어요. 편안히 쉬세요.`, `다음에 또 이야기해요.${called} 좋은 시간 보내세요.`],
  ].map(choices => random.shuffled(choices)[0])
  switch (kind) {
    case 'greeting':
      return greeting
    case 'thanks':
      return thanks
    case 'farewell':
      return farewell
    case 'noise':
      return /아니|no/i.test(main)
        ? '그렇군요. 어떤 점이 다른지 조금 더 알려 주시겠어요?'
        : '네, 듣고 있어요. 이어서 편하게 말씀해 주세요.'
    default:
      return undefined
  }
}

function aboutItself({ main }: Chat): string | undefined {
  if (
    /(?:너|넌|네|당신|소라)(?:는|은|의)? ?(?:누구|뭐야|뭐예요|정체|이름)|^이름이 (?:뭐|무엇)|누구(?:세요|신가요|야|니|예요)\??$/.test(
      main,
    )
  ) {
    return '저는 소라라고 해요. Conch에 들어 있는 데모 모델이라, 정해진 규칙으로 말을 고르고 아는 것은 많지 않아요. 그래도 해 주신 이야기는 기억하면서 들을 수 있어요.'
  }
  if (/(?:뭐|무엇)(?:를|을)? ?(?:할 수|잘하|도와)|할 수 있(?:어|나|니|는)|도움말/.test(main)) {
    return '이야기를 듣고, 앞에서 나눈 말을 기억하고, 고민을 함께 나누어 볼 수 있어요. 간단한 셈도 해요. 다만 데모 모델이라 지식을 묻는 말에는 답하지 못해요. 오늘 있었던 일부터 들려주시겠어요?'
  }
  return undefined
}

function unknowable({ main, kind }: Chat): string | undefined {
  if (kind !== 'question' || !/몇 ?시|며칠|무슨 요일|날씨|오늘 날짜|뉴스|환율|주가|미세먼지/.test(main))
    return undefined
  return '저는 바깥소식을 볼 수 없어서 지금 시각이나 날씨, 새 소식은 알려 드릴 수 없어요. 대신 그것이 왜 궁금하셨는지 들려주시면, 계획을 세우는 일은 함께 도울 수 있어요.'
}

/** 12 + 30, 7 곱하기 8: two numbers of at most nine digits. */
function sum({ main }: Chat): string | undefined {
  const match = /(?<![\d.])(\d{1,9}) ?(\+|-|×|\*|x|÷|\/|더하기|빼기|곱하기|나누기) ?(\d{1,9})(?![\d.])/.exec(main)
  const [, left = '', sign = '', right = ''] = match ?? []
  if (match === null || !/[=?]|[은는이]$|얼마|몇|계산/.test(main)) return undefined
  const [a, b] = [Number(left), Number(right)]
  if ('÷/나누기'.includes(sign)) {
    if (b === 0) return '0으로는 나눌 수 없어요. 다른 수로 다시 물어봐 주세요.'
    const rest = a % b === 0 ? '' : ` 나머지는 ${a % b}이고요.`
    return `${a} ÷ ${b}의 몫은 ${Math.floor(a / b)}이에요.${rest} 더 셈할 것이 있으면 적어 주세요.`
  }
  const [shown, result] = /\+|더/.test(sign) ? ['+', a + b] : /-|빼/.test(sign) ? ['-', a - b] : ['×', a * b]
  return `${a} ${shown} ${b} = ${result}, 답은 ${result}이에요. 더 셈할 것이 있으면 적어 주세요.`
}

function suggestion({ main, kind, random }: Chat): string | undefined {
  if (/(?:뭐|뭘|무엇을?|메뉴).{0,6}(?:먹|추천)|(?:아침|점심|저녁|야식).{0,8}추천/.test(main)) {
    const [first, second] = random.shuffled([
      '따뜻한 국수',
      '김치볶음밥',
      '된장찌개',
      '비빔밥',
      '샌드위치',
      '카레라이스',
    ])
    return `${first} 어떠세요? 조금 다른 것이 당기시면 ${second}도 좋을 것 같아요. 지금은 따뜻한 것과 시원한 것 가운데 어느 쪽이 더 끌리세요?`
  }
  if (kind !== 'statement' && /농담|재[미밌]있는 (?:얘기|이야기|말)|웃긴/.test(main)) {
    const [joke] = random.shuffled([
      '왕이 넘어지면 무엇이 될까요? ‘킹콩’이에요.',
      '세상에서 가장 뜨거운 과일은 무엇일까요? ‘천도복숭아’예요.',
      '소금이 죽으면 무엇이라고 할까요? ‘죽염’이에요.',
    ])
    return `짧은 것으로 하나 해 볼게요. ${joke} 조금이라도 웃으셨으면 좋겠어요.`
  }
  if (kind !== 'statement' && /추천/.test(main)) {
    return '취향을 알면 고르기가 훨씬 쉬워요. 최근에 좋았던 것 하나와 별로였던 것 하나를 알려 주시겠어요? 데모 모델이라 작품이나 가게 이름을 대지는 못하지만, 어떤 것을 찾으면 좋을지 함께 좁혀 볼 수 있어요.'
  }
  return undefined
}
