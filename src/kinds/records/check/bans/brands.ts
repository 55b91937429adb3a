import type { Place } from '../place.ts'
import { wordsOf } from '../words-of.ts'
import { type Ban, forbidden, type Verdict } from './ban.ts'

/** Brands that are tools, and what they are: a teacher means the thing, and the record may name that. */
const tools: readonly (readonly [replacement: string, words: readonly string[], spelling?: readonly string[]])[] = [
  ['발표 자료', ['파워포인트', 'powerpoint', '피피티', 'ppt', '프레지', '구글 슬라이드']],
  ['표 계산 프로그램', ['엑셀', '구글 스프레드시트', '구글 시트', '한셀']],
  ['표 계산 프로그램', ['excel'], ['Excel', 'EXCEL']],
  ['온라인 게시판', ['패들렛', 'padlet']],
  ['디자인 도구', ['미리캔버스', '캔바']],
  ['디자인 도구', ['canva'], ['Canva', 'CANVA']],
  ['퀴즈 프로그램', ['카훗', 'kahoot', '퀴즈렛', 'quizlet', '멘티미터', 'mentimeter', '띵커벨']],
  ['생성형 인공지능', ['챗 gpt', '챗 지피티', 'chatgpt', 'gpt-4', 'gpt-5', '제미나이', '뤼튼', '코파일럿']],
  ['공유 문서', ['구글 문서', '구글 독스', '구글 닥스']],
  ['설문 도구', ['구글 폼', '구글 설문', '네이버 폼']],
  ['온라인 수업방', ['구글 클래스룸']],
  ['위성 지도', ['구글 어스', '구글 지도', '네이버 지도', '카카오맵']],
  ['동영상 누리집', ['유튜브', 'youtube']],
  ['메신저', ['카카오톡', '카톡']],
  ['붙임쪽지', ['포스트잇', '포스트 잇']],
  ['조립 블록', ['레고']],
  ['번역기', ['파파고', '구글 번역기', '구글 번역']],
]

const companies = wordsOf(
  '삼성|삼성전자|삼성물산|삼성생명|삼성바이오로직스|삼성그룹|현대자동차|현대차|현대중공업|현대건설',
  '현대모비스|현대제철|기아자동차|기아차|포스코|롯데|한화그룹|한화솔루션|한화시스템|한화에어로스페이스',
  '네이버|카카오뱅크|카카오페이|쿠팡|배달의 민족|당근마켓|토스뱅크|넥슨|넷마블|엔씨소프트|구글|애플',
  '페이스북|인스타그램|트위터|틱톡|넷플릭스|마이크로소프트|엔비디아|오픈 ai|스페이스 엑스|스페이스 x',
  '스타벅스|맥도날드|버거킹|롯데리아|코카콜라|펩시|아디다스|다이소|이케아|홈플러스|이마트|올리브영',
  '한글과컴퓨터|화이자|모더나|디즈니|픽사|소니|닌텐도|도요타|아모레퍼시픽|유한양행|셀트리온|대한항공',
  '무신사|마켓컬리|직방|삼성디스플레이|하이닉스|현대백화점|아마존닷컴|아마존웹서비스|인텔|퀄컴|블룸버그',
)
const groups = ['lg', 'sk', 'kt', 'cj', 'gs']
const divisions = wordsOf(
  '전자|화학|하이닉스|텔레콤|이노베이션|디스플레이|에너지솔루션|이엔엠|제일제당|칼텍스|유플러스',
)

/** A word that is a brand only beside others: 테슬라 is a unit, too, and 카카오 a fruit. */
const ambiguous: readonly { words: readonly string[]; judge: (place: Place) => Verdict }[] = [
  {
    words: ['카카오'],
    judge: place =>
      place.goesOn(wordsOf('열매|나무|농|콩|빈|닙스|버터|매스|함량|재배|생산|가루|씨|원두|산업'))
        ? undefined
        : forbidden,
  },
  {
    words: ['테슬라'],
    judge: place =>
      place.goesOn(['사의', '사가', '전기차', '자동차', '주식', '모델', '의 전기', '의 자율', '의 경영'])
        ? forbidden
        : undefined,
  },
  {
    words: ['아마존'],
    judge: place => (place.goesOn(['웹', '쇼핑', '의 물류', '의 배송', '프라임']) ? forbidden : undefined),
  },
  { words: ['나이키'], judge: place => (place.goesOn(['여신', '신화', '신상']) ? undefined : forbidden) },
  {
    words: ['노션'],
    judge: place =>
      place.goesOn(['에 ', '에서', '으로', '을 활용', '을 이용', '을 사용', ' 페이지']) ? forbidden : undefined,
  },
]

export const brands: readonly Ban[] = [
  ...tools.map(
    ([replacement, words, spelling]): Ban => ({
      rule: 'company-or-brand',
      words,
      replacement,
      ...(spelling && { spelling }),
    }),
  ),
  { rule: 'company-or-brand', words: companies },
  {
    rule: 'company-or-brand',
    words: ['한화'],
    judge: place => (place.goesOn(['의 ', '가 ', '에서']) ? forbidden : undefined),
  },
  {
    rule: 'company-or-brand',
    words: groups,
    judge: place => (place.rest === '' || divisions.includes(place.rest) || place.endsNoun ? forbidden : undefined),
  },
  {
    rule: 'company-or-brand',
    words: groups.flatMap(group => divisions.map(division => `${group}${division}`)),
  },
  {
    rule: 'company-or-brand',
    words: wordsOf('google|microsoft|openai|facebook|instagram|netflix|samsung|naver|kakao|ibm|aws|nvidia|spacex'),
  },
  {
    rule: 'company-or-brand',
    words: ['apple', 'zoom', 'notion', 'tesla', 'amazon'],
    spelling: ['Apple', 'Zoom', 'ZOOM', 'Notion', 'Tesla', 'Amazon'],
  },
  { rule: 'company-or-brand', words: ['줌 회의', '줌 수업', '줌으로 회의', '줌으로 수업', '줌으로 만'], open: true },
  { rule: 'company-or-brand', words: ['㈜', '(주)'], inside: true, open: true },
  ...ambiguous.map(({ words, judge }): Ban => ({ rule: 'company-or-brand', words, judge })),
]
