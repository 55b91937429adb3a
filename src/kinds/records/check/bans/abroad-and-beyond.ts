import { wordsOf } from '../words-of.ts'
import { type Ban, forbidden, isSubjectPart } from './ban.ts'

const abroad = wordsOf(
  '해외|국외|외국|미국|캐나다|멕시코|브라질|페루|영국|프랑스|독일|이탈리아|스페인|스위스|네덜란드|벨기에',
  '오스트리아|체코|폴란드|헝가리|스웨덴|노르웨이|덴마크|핀란드|아일랜드|러시아|호주|뉴질랜드|중국|일본',
  '대만|홍콩|몽골|베트남|태국|라오스|캄보디아|필리핀|인도네시아|말레이시아|싱가포르|미얀마|네팔|인도',
  '스리랑카|우즈베키스탄|카자흐스탄|튀르키예|케냐|탄자니아|우간다|에티오피아|르완다|남아프리카공화국',
  '이집트|괌|하와이|뉴욕|런던|파리|도쿄|베이징|상하이',
)
const stays = wordsOf(
  '봉사|어학연수|어학 연수|연수에|연수를|캠프|인턴|교환학생|교환 학생|홈스테이|유학을|유학하|유학한',
)
const others = ['단체', '기구', '재단']
const studying = wordsOf('을 준비|을 떠나|을 떠난|을 다녀|을 마치|을 가|을 간|을 결심|을 꿈|을 희망|을 하')

export const abroadAndBeyond: readonly Ban[] = [
  {
    rule: 'overseas',
    words: abroad,
    judge: place => {
      const stay = place.next(stays, 14)
      if (stay < 0) return undefined
      const end = place.end + stay
      const rest = place.folded.slice(end, end + 10)
      if (others.some(other => rest.includes(other)) || rest.startsWith('연수원')) return undefined
      const found = stays.find(word => place.folded.startsWith(word, end)) ?? ''
      return { strength: 'forbidden', end: end + found.length }
    },
  },
  {
    rule: 'overseas',
    words: [
      '어학 연수',
      '교환 학생',
      '조기 유학',
      '단기 유학',
      '해외 유학',
      '국제 캠프',
      '해외 탐방',
      '해외 견학',
      '국외 연수',
      '해외 연수',
    ],
    judge: place => (place.followedBy(['제도', '장단점', '찬반'], 8) ? undefined : forbidden),
  },
  {
    rule: 'overseas',
    words: ['유학'],
    judge: place =>
      place.goesOn(['하', '한 ', '생활', '경험', '시절', '준비', '길에', ...studying]) && !place.precededBy(['의 '], 2)
        ? forbidden
        : undefined,
    open: true,
  },
  {
    rule: 'online-course',
    words: ['k-mooc', 'mooc', 'kocw', '케이무크', 'k무크'],
    judge: (_, part) => (isSubjectPart(part) ? forbidden : undefined),
  },
  {
    rule: 'after-school',
    words: ['방과 후 학교', '방과 후 수업', '방과 후 강좌', '방과 후 프로그램', '방과 후 교실'],
    open: true,
    judge: (_, part) => (isSubjectPart(part) ? forbidden : undefined),
  },
  {
    rule: 'donation',
    words: ['기부', '기증', '기탁', '후원', '헌금'],
    open: true,
    judge: (place, { category }) =>
      category === 'volunteer' && place.goesOn(wordsOf('함|하여|하고|하며|하였|했|해 |을 함|를 함|을 하|를 하|금을'))
        ? forbidden
        : undefined,
  },
  {
    rule: 'donation',
    words: ['성금', '의연금', '후원금', '기부금'],
    inside: true,
    judge: (place, { category }) =>
      category === 'volunteer' &&
      place.followedBy(['냄', '내', '낸', '기탁', '전달', '기부', '모아', '모음', '보냄', '보내'], 10)
        ? forbidden
        : undefined,
  },
]
