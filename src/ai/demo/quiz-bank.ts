import { art } from './quiz-bank/art.ts'
import { computing } from './quiz-bank/computing.ts'
import { english } from './quiz-bank/english.ts'
import { general } from './quiz-bank/general.ts'
import { geography } from './quiz-bank/geography.ts'
import { history } from './quiz-bank/history.ts'
import { korean } from './quiz-bank/korean.ts'
import { mathematics } from './quiz-bank/mathematics.ts'
import { music } from './quiz-bank/music.ts'
import type { BankQuestion } from './quiz-bank/question.ts'
import { science } from './quiz-bank/science.ts'
import { space } from './quiz-bank/space.ts'
import { sports } from './quiz-bank/sports.ts'
import type { Random } from './random.ts'

const subjects: readonly (readonly [words: RegExp, questions: readonly BankQuestion[]])[] = [
  [/상식|일반|교양|잡학|아무|general|trivia/i, general],
  [/한국사|역사|조선|고려|삼국|고구려|백제|신라|발해|임진왜란|세종|이순신|독립운동|korean history|history/i, history],
  [/우주|태양계|행성|천문|별자리|달 탐사|space|planet|solar/i, space],
  [/과학|물리|화학|생물|지구과학|실험|세포|원소|science|physics|chemistry|biology/i, science],
  [/지리|수도|나라|세계|지도|geography|capital/i, geography],
  [/수학|산수|확률|도형|방정식|미적분|기하|연산|math/i, mathematics],
  [/국어|맞춤법|띄어쓰기|한글|문법|문학|시인|우리말/i, korean],
  [/영어|영단어|영문법|토익|단어|english|vocabulary/i, english],
  [/컴퓨터|코딩|프로그래밍|정보|인터넷|웹|알고리즘|소프트웨어|데이터|computer|programming|coding/i, computing],
  [/음악|노래|악기|작곡|클래식|예술|music/i, music],
  [/미술|그림|화가|회화|조각|색|예술|\bart\b/i, art],
  [/스포츠|운동|축구|야구|농구|올림픽|체육|sports|soccer|football/i, sports],
]

/**
 * What there is to ask about a topic, those of the level first: `own` is about it, `others` is what can be asked
 * whatever the topic. `own` is empty for a topic the bank does not know.
 */
export function bankQuestions(
  topic: string,
  level: BankQuestion['level'],
  random: Random,
): { own: BankQuestion[]; others: BankQuestion[] } {
  const own = subjects.filter(([words]) => words.test(topic)).flatMap(([, questions]) => questions)
  const others = [...general, ...subjects.flatMap(([, questions]) => questions)]
  const rank = (question: BankQuestion) => Math.abs(levels.indexOf(question.level) - levels.indexOf(level))
  const inOrder = (questions: readonly BankQuestion[]) => random.shuffled(questions).sort((a, b) => rank(a) - rank(b))
  const rest = others.filter((question, index) => !own.includes(question) && others.indexOf(question) === index)
  return {
    own: inOrder(own),
    others: [
      ...inOrder(rest.filter(one => general.includes(one))),
      ...inOrder(rest.filter(one => !general.includes(one))),
    ],
  }
}

const levels = ['easy', 'medium', 'hard']
