import { isHangul } from '../folded.ts'
import { isParticle, restOfWord } from '../particles.ts'
import type { Place } from '../place.ts'
import { wordsOf } from '../words-of.ts'
import { type Ban, check, forbidden, type Verdict } from './ban.ts'

const relatives = wordsOf(
  '아버지|어머니|아버님|어머님|아빠|엄마|부친|모친|부모|부모님|조부모|할아버지|할머니|외할아버지',
  '외할머니|삼촌|외삼촌|숙부|숙모|큰아버지|작은아버지|이모|이모부|고모|고모부|친척|사촌|친인척',
)
const jobs = wordsOf(
  '의사|한의사|치과의사|수의사|약사|간호사|교수|대학교수|교사|교장|교감|변호사|판사|검사|변리사|법무사',
  '세무사|공무원|경찰|경찰관|소방관|군인|장교|기자|아나운서|방송인|회계사|건축가|연구원|과학자|엔지니어',
  '기술자|프로그래머|개발자|사업가|사장|대표|이사|임원|회사원|은행원|지점장|부장|농부|어부|목사|스님',
  '요리사|조리사|운전기사|조종사|승무원|자영업자|국회의원|시의원|도의원|외교관|작가|화가|음악가',
  '피아니스트|디자이너|사진작가|미용사|택배기사|건물주|펀드매니저|감독|원장|소장',
)
const places = wordsOf('식당|가게|병원|회사|약국|학원|공장|농장|카페|빵집|사업체|기업|한의원|법률사무소')
const possessions = wordsOf('직업|직장|직책|직위|회사|사업|병원|가게|식당|재산|재력|경제력|사회적 지위|지위|실직|월급')
const runs = ['운영', '경영', '근무', '재직', '종사', '창업']
const being = wordsOf(
  '이셔|이신|이어|여서|이라|라서|이고|이며|이시|로 일|로 근무|로 재직|로 계|로 활동|을 지내|를 지내|임',
  '이었|였',
)
const fiction = ['소설', '작품', '영화', '희곡', '동화', '드라마', '주인공', '등장인물', '이야기 속', '극 중']
const subjects = wordsOf('이|가|께서|께서는|은|는|도|님이|님께서|님께서는|님은|님도|님')

/** A relative, and within reach what they are or run. */
function standing(place: Place): Verdict {
  if (isFiction(place)) return undefined
  const { rest } = place
  const until = (words: readonly string[], reach: number): Verdict => {
    const found = words.find(word => place.after(reach).includes(word))
    return found === undefined
      ? undefined
      : { strength: 'forbidden', end: place.end + place.after(reach).indexOf(found) + found.length }
  }
  if (['의', '님의', ''].includes(rest)) {
    const own = place.after(12).slice(rest.length).trimStart()
    const owned = possessions.find(possession => own.startsWith(possession))
    return owned === undefined ? undefined : until([owned], 14)
  }
  if (!subjects.includes(rest)) return undefined
  return (
    until(runs, 18) ??
    until(
      jobs.filter(job => isBeing(place.after(18), job)),
      18,
    )
  )
}

function isBeing(text: string, job: string): boolean {
  const index = text.indexOf(job)
  return index >= 0 && being.some(form => text.startsWith(form, index + job.length))
}

const links = ['인 ', '이신 ', '로 일하', '로 근무하', '로 계신', '로 재직', '이셨던 ', '였던 ', '이었던 ']

/** A job, and behind it the relative who has it: `의사인 아버지`, `건축가로 일하시는 아버지`. */
function jobOf(place: Place): Verdict {
  if (isFiction(place) || !links.some(link => place.after(8).startsWith(link))) return undefined
  const found = relatives.find(relative => place.after(14).includes(` ${relative}`))
  return found === undefined
    ? undefined
    : { strength: 'forbidden', end: place.end + place.after(14).indexOf(` ${found}`) + found.length + 1 }
}

function isFiction(place: Place): boolean {
  const before = place.before(40)
  return fiction.some(word => before.includes(word)) || place.followedBy(['그린 소설', '그린 영화', '다룬 소설'], 24)
}

const surnames = new Set(
  '김이박최정강조윤장임한오서신권황안송류홍유고문양손배백허노남심하곽성차주우구민진지엄채원천방공현함변염추도소석선설마길연위표명기반왕금옥육인맹제모',
)
/** Endings of what comes before a title and is no name: 신경학 교수, 인문계 교수, 전임 강사. */
const noNames = '학과계부장원소팀당임외년문청서책기담내명'
const teaching = wordsOf('특강|강연|강의|초청|초빙|만남|교육|수업|세미나|워크숍|멘토|연수|질의')
const read = wordsOf('책|저서|작품|소설|시집|글|논문|저술|수필|그림|이론|연구|쓴|칼럼|기사|시를')

/** A name with a title: who taught is forbidden, who was read is not, and of the rest the teacher knows. */
function lecturer(place: Place): Verdict {
  const gap = place.folded.charAt(place.start - 1) === ' ' ? 1 : 0
  const end = place.start - gap
  let start = end
  while (start > end - 4 && isHangul(place.folded.charCodeAt(start - 1))) start--
  const name = place.folded.slice(start, end)
  if (name.length !== 3 || !surnames.has(name.charAt(0)) || noNames.includes(name.charAt(2))) return undefined
  const rest = restOfWord(place.folded, place.end)
  if (rest !== '' && !isParticle(rest)) return undefined
  const whole = (strength: 'forbidden' | 'check'): Verdict => ({ strength, start })
  if (place.followedFirst(teaching, read, 16) || place.precededBy(['초청', '초빙'], 14)) return whole('forbidden')
  return place.followedBy(read, 16) ? undefined : whole('check')
}

export const people: readonly Ban[] = [
  { rule: 'parents', words: relatives, open: true, judge: standing },
  { rule: 'parents', words: jobs, open: true, judge: jobOf },
  {
    rule: 'parents',
    words: relatives.flatMap(relative =>
      ['가', '이', '님이', '께서', '님께서'].map(particle => `${relative}${particle} 운영하`),
    ),
    open: true,
    judge: place => (place.followedBy(places, 12) && !isFiction(place) ? forbidden : undefined),
  },
  {
    rule: 'parents',
    words: ['가정 형편', '집안 형편', '가정의 형편'],
    judge: place => (isFiction(place) ? undefined : check),
  },
  {
    rule: 'scholarship',
    words: ['장학금', '장학생', '장학증서'],
    judge: place => (place.goesOn(['제도', '의 역사', '의 종류']) ? undefined : forbidden),
  },
  {
    rule: 'lecturer',
    words: ['교수', '박사', '강사', '작가', '소장', '원장', '대표', '변호사', '연구원', '멘토'],
    inside: true,
    open: true,
    judge: lecturer,
  },
]
