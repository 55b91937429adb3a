import type { Place } from '../place.ts'
import { wordsOf } from '../words-of.ts'
import { type Ban, check, forbidden, type Verdict } from './ban.ts'

const kindsOfUniversity = wordsOf(
  '전문|국립|공립|사립|지방|지역|일반|종합|명문|교육|여자|해외|외국|국내|우리|사이버|산업|기술|거점국립',
  '년제|방송통신|단과|자매|유명|희망',
)
const universities = wordsOf(
  '서울|연세|고려|성균관|한양|서강|중앙|경희|한국외|외|서울시립|이화여|숙명여|성신여|덕성여|동덕여',
  '서울여|건국|동국|홍익|국민|숭실|세종|광운|명지|상명|단국|가천|인하|아주|가톨릭|한국항공|서울과기',
  '서울과학기술|부산|경북|전남|전북|충남|충북|강원|제주|경상국립|부경|영남|조선|서울교|경인교|부산교',
  '대구교|공주교|춘천교|청주교|광주교|전주교|진주교|한국교원|한국체|한국예술종합|경찰|포항공|예일',
  '프린스턴|컬럼비아|도쿄|와세다|베이징|칭화',
)
const foreign = wordsOf(
  '하버드|스탠퍼드|스탠포드|옥스퍼드|옥스포드|케임브리지|카이스트|포스텍|유니스트|디지스트|지스트',
)

/** `고려대에서`, but neither `부산대교` (the word goes on) nor `조선대에 이르러` (an age). */
function university(place: Place): Verdict {
  const age = ['조선대', '고려대'].includes(place.word) && place.goesOn(['에 이르', '에 들어', '에 와', '에는', '까지'])
  return age ? undefined : forbidden
}

function namedBefore(place: Place, kinds: readonly string[]): Verdict {
  const stem = place.stem()
  const kind = kinds.find(kind => stem.endsWith(kind))
  return stem.length < 2 || kind === stem ? undefined : { strength: 'forbidden', start: place.start - stem.length }
}

const kindsOfSchool = wordsOf(
  '특성화|일반|일반계|과학|외국어|인문계|전문계|공업|상업|농업|여자|남자|공립|사립|국립|자율|자율형사립',
  '자율형공립|예술|체육|국제|마이스터|직업계|종합|대안|남녀공학|인근|지역|국내|해외|전국|우리|모든|병설',
  '희망|방송통신|도내|시내',
)

const institutionKinds = wordsOf(
  '연구원|연구소|과학관|박물관|미술관|도서관|협회|재단|학회|진흥원|교육원|개발원|공단|공사|은행|복지관',
  '병원|관측소|천문대|생태원|자원관|연맹|암센터|센터|의료원|수목원|극장|학술원',
)
const institutionBegins = ['한국', '국립', '시립', '도립', '국가', '대한', '전국']
/** Of these there are many: 국립 or 한국 before them is no name yet. */
const generic = wordsOf('연구원|연구소|과학관|박물관|미술관|도서관|협회|재단|학회|공단|공사|병원|센터|극장|복지관|연맹')
/** Those that the guide allows to be named. */
const allowed = ['대한민국학술원', '국립국제교육원', '국립특수교육원', '중앙교육연수원']
const namedInstitutions = wordsOf(
  '유니세프|유네스코|굿네이버스|월드비전|세이브더칠드런|대한적십자사|적십자사|국경없는의사회|초록우산',
  '그린피스|세계보건기구|국제앰네스티|코이카|항공우주연구원|nasa|kist|etri|unicef|unesco|ymca|ywca|ebs',
  'kbs|mbc|sbs|jtbc|koica',
)

/** A volunteer entry names where the service was, and who hosted it. */
function institution(place: Place, category: string): Verdict {
  if (category === 'volunteer') return undefined
  const stem = place.stem(14)
  const whole = stem + place.word
  const begin = institutionBegins.find(begin => stem.startsWith(begin))
  if (begin === undefined || allowed.includes(whole)) return undefined
  // 국립박물관 is any of them, 국립생태원 is one.
  if (stem === begin && (generic.includes(place.word) || (stem === '국가' && place.word === '은행'))) return undefined
  return { strength: 'forbidden', start: place.start - stem.length }
}

export const names: readonly Ban[] = [
  {
    rule: 'university',
    words: ['대학교'],
    inside: true,
    judge: place => namedBefore(place, kindsOfUniversity),
  },
  { rule: 'university', words: universities.flatMap(name => [`${name}대`, `국립${name}대`]), judge: university },
  { rule: 'university', words: universities.flatMap(name => [`${name}대학교`, `${name}대병원`]), open: true },
  { rule: 'university', words: foreign, open: true },
  { rule: 'university', words: ['kaist', 'postech', 'unist', 'gist', 'dgist', 'kentech', 'ucla'] },
  { rule: 'university', words: ['mit'], spelling: ['MIT'] },
  { rule: 'university', words: ['사관학교'], inside: true, judge: place => namedBefore(place, []) },

  {
    rule: 'own-school',
    words: ['고등학교', '중학교', '초등학교'],
    inside: true,
    judge: place => namedBefore(place, kindsOfSchool),
  },

  {
    rule: 'institution',
    words: institutionKinds,
    inside: true,
    judge: (place, { category }) => institution(place, category),
  },
  {
    rule: 'institution',
    words: namedInstitutions,
    judge: (_, { category }) => (category === 'volunteer' ? undefined : forbidden),
  },
  {
    rule: 'institution',
    words: wordsOf(
      '통계청|기상청|특허청|질병관리청|문화재청|국가유산청|산림청|환경부|외교부|국방부|보건복지부|여성가족부',
    ),
    judge: (_, { category }) => (category === 'volunteer' ? undefined : check),
  },
]
