import { wordsOf } from '../words-of.ts'
import { type Ban, check, forbidden, isSubjectPart, reading, studied } from './ban.ts'

const writing = wordsOf('작성|제출|투고|게재|발표|등재|완성|집필|쓰|씀|썼|써|쓴|정리|실')
/** Of a verb in 하다, the forms in which the subject of the sentence acts; not `출간된`, and not `출간한 책`, which may be another's. */
const acts = wordsOf('함|하여|하고|하며|하였|했|하는|하기|해 |하게|하려|하면서|을 함|을 하')
const registering = ['출원', '등록', '취득', '획득', '받', '냄', '내고', '내어']

export const writings: readonly Ban[] = [
  {
    rule: 'thesis',
    words: ['논문'],
    inside: true,
    judge: place => {
      if (place.stem() === '소' || place.stem() === '의' || !place.endsNoun) return undefined
      return place.followedFirst(writing, reading, 10) ? forbidden : undefined
    },
  },
  {
    rule: 'thesis',
    words: ['학술지', '학회지'],
    judge: place => (place.followedFirst(['게재', '투고', '실', '등재'], reading, 12) ? forbidden : undefined),
  },
  {
    rule: 'research-report',
    words: ['소 논문', 'r&e'],
    judge: (_, part) => (isSubjectPart(part) && part.schoolLevel !== 'elementary' ? forbidden : check),
  },
  {
    rule: 'research-report',
    words: ['연구 보고서'],
    judge: (place, part) => {
      if (part.schoolLevel === 'elementary' || !place.followedFirst(writing, reading, 12)) return undefined
      return isSubjectPart(part) ? forbidden : check
    },
  },
  {
    rule: 'publication',
    words: ['출판', '출간', '등단', '자비 출판', '독립 출판'],
    judge: place => {
      if (place.goesOn(acts)) return forbidden
      return place.goesOn(['한']) && place.precededBy(['자신이', '직접', '스스로'], 16) ? forbidden : undefined
    },
    open: true,
  },
  {
    rule: 'publication',
    words: ['저서'],
    judge: place => (place.precededBy(['자신의 ', '본인의 ', '자기 ', '자신이 쓴 '], 6) ? forbidden : undefined),
  },
  {
    rule: 'publication',
    words: ['펴냄', '펴내', '펴냈'],
    open: true,
    judge: place =>
      place.precededBy(['책', '시집', '저서', '소설집', '수필집', '동화집'], 14) ? forbidden : undefined,
  },
  {
    rule: 'patent',
    words: ['특허', '특허권', '실용신안'],
    judge: place =>
      place.followedBy(registering, 12) &&
      !place.goesOn(studied) &&
      !place.followedBy(['제도', '절차를 조사', '사례를'], 12)
        ? forbidden
        : undefined,
  },
  {
    rule: 'patent',
    words: ['디자인', '상표', '상표권', '디자인권', '지식 재산권'],
    judge: place =>
      place.followedBy(['출원', '로 등록', ' 등록', '을 등록', '를 등록'], 5) &&
      !place.followedBy(['제도', '등록된'], 10)
        ? forbidden
        : undefined,
  },
]
