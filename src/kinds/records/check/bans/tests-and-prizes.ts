import type { Place } from '../place.ts'
import { wordsOf } from '../words-of.ts'
import { type Ban, check, forbidden, studied, type Verdict, withStem } from './ban.ts'

const languageTests = wordsOf(
  'toeic|toefl|teps|ielts|jlpt|jpt|hsk|opic|topik|tosel|delf|dalf|testdaf|torfl|dele|dsh|dsd|sjpt|g-telp',
  'gtelp|tsc',
)
const hanjaTests = [
  ...[
    '상공회의소 한자 시험',
    '한자 능력 검정',
    '실용 한자',
    '한자 급수 자격 검정',
    '상무 한검',
    '한자 급수 인증 시험',
    '한자 자격 검정',
  ],
  ...['한자 급수 시험', '한자 급수'],
]

/** Gatherings that are called 대회 and are no contest. */
const gatherings = ['전당', '규탄', '결의', '궐기', '학술', '국민', '범국민', '당원', '신도']
const sports = ['체육', '운동']
const getting = wordsOf('받|수상|탔|탐|타고|타며|타 |차지|거머|수여|따냄|따내|안|획득')
/** Nouns that end in 상 and are no prize, although one can receive them (`인상을 받음`). */
const noPrizes = wordsOf(
  '인|영|동영|보|손|배|밥|책|세|예|일|이|명|가|화|외|협|사|공|상|우|정|현|위|초|조각|연|감|관|항|통|비',
  '동|두|형|추|구|향|문상|수입',
)
/** Prizes that the student did not get: others' are studied. */
const otherPrizes = wordsOf('노벨|노벨평화|필즈|퓰리처|아카데미|오스카|그래미|맨부커|부커|튜링|공쿠르')

/** Whether what stands before is a name of a prize: `금`, `은`, `동` and `대` are, when someone gets it. */
function prize(place: Place): Verdict {
  const stem = place.stem()
  const medal = ['금', '은', '동', '대'].includes(stem)
  if (stem === '' || (!medal && noPrizes.includes(stem)) || otherPrizes.includes(stem)) return undefined
  if (!place.endsNoun) return undefined
  const [object = ''] = place.rest.slice(0, 1)
  if (!['', '을', '도', '까', '만'].includes(object)) return undefined
  return place.after(6).includes(' ') && place.followedBy(getting, 6) ? withStem(place, 'forbidden') : undefined
}

const acquiring = wordsOf('취득|따 |따고|따며|땀|딴|따기|합격|획득|보유|갖추|필기|실기|도전|통과|시험')
const certificates = wordsOf(
  '컴퓨터 활용 능력|컴활|워드프로세서|전산회계|전산세무|정보처리|itq|gtq|diat|테샛|tesat|매경테스트',
  '사무자동화',
)

export const testsAndPrizes: readonly Ban[] = [
  { rule: 'language-test', words: languageTests },
  { rule: 'language-test', words: ['토익', '아이엘츠', '지텔프'], open: true },
  { rule: 'language-test', words: ['토플', '텝스', '오픽', '토셀', '델프'] },
  { rule: 'language-test', words: hanjaTests, open: true },
  {
    rule: 'language-test',
    words: [
      '한국어 능력 시험',
      ...['어학', '외국어', '영어'].flatMap(of => [`공인 ${of} 시험`, `공인 ${of} 성적`, `공인 ${of} 점수`]),
    ],
    open: true,
  },

  {
    rule: 'event',
    words: ['체육 대회', '운동 대회', '체육 한마당', '한마당', '골든벨', '페스티벌', '리그전', '축전', '경연'],
    inside: true,
    judge: place =>
      place.word === '축전' && place.stem() !== '' && place.startsWord ? undefined : withStem(place, 'check'),
  },
  {
    rule: 'contest',
    words: ['대회', '올림피아드', '공모전', '백일장', '콩쿠르', '경시', '해커톤', '챔피언십', '선수권'],
    inside: true,
    judge: place => {
      const stem = place.stem()
      if (
        gatherings.some(gathering => stem.endsWith(gathering)) ||
        sports.some(sport => place.before(4).trimEnd().endsWith(sport))
      )
        return undefined
      if (place.word === '경시' && !place.goesOn(['에서', '에 나'])) return undefined
      if (place.goesOn(studied)) return undefined
      return withStem(place, 'forbidden')
    },
  },

  {
    rule: 'award',
    words: wordsOf(
      '최우수상|우수상|장려상|공로상|개근상|정근상|모범상|선행상|효행상|봉사상|다독상|특별상|학교장상',
      '교육감상|교육장상|도지사상|장관상|총장상|참가상|입선작|감사장|감사패|공로패|표창장|표창|상패',
      '수상 경력|수상 실적|수상의 영예',
    ),
    inside: true,
  },
  { rule: 'award', words: ['상'], inside: true, judge: prize },
  {
    rule: 'award',
    words: ['메달', '트로피'],
    inside: true,
    judge: place => (place.followedBy(getting, 8) ? withStem(place, 'forbidden') : undefined),
  },
  {
    rule: 'award',
    words: ['상장'],
    judge: place => (place.followedBy(['받', '수여', '탔', '탐'], 8) ? forbidden : undefined),
  },
  {
    rule: 'award',
    words: ['수상', '입상', '입선'],
    open: true,
    judge: place =>
      place.goesOn(['함', '하여', '하고', '하며', '하였', '했', '하는', '하기', '을 하', '을 했']) &&
      !place.goesOn(['하는 사람'])
        ? forbidden
        : undefined,
  },
  {
    rule: 'award',
    words: ['준우승', '우승'],
    judge: place =>
      place.followedBy(['함', '하여', '하고', '하며', '했', '하였', '차지', '이끌'], 6) ? check : undefined,
  },

  {
    rule: 'certification-test',
    words: ['인증 시험', '능력 검정 시험', '능력 인증 시험', '검정 시험', '인증 평가', '인증제', '급수제'],
    inside: true,
    judge: place => withStem(place, 'forbidden'),
  },
  {
    rule: 'certificate',
    words: ['자격증', '면허증'],
    inside: true,
    judge: place =>
      place.followedBy([...acquiring, '준비', '공부', '목표'], 14) || /사 ?$/.test(place.before(2))
        ? withStem(place, 'forbidden')
        : check,
  },
  {
    rule: 'certificate',
    words: ['기능사', '기능장', '산업기사', '기술사'],
    inside: true,
    judge: place => withStem(place, 'forbidden'),
  },
  {
    rule: 'certificate',
    words: certificates,
    judge: place => (place.followedBy([...acquiring, '급', '자격'], 14) ? forbidden : undefined),
  },
  {
    rule: 'certificate',
    words: ['자격', '급'],
    inside: true,
    judge: place =>
      place.followedBy(['을 취득', '을 따', '을 땀', '을 딴', '을 획득', ' 취득', '를 취득'], 5) &&
      (place.word === '자격' || /\d$/.test(place.before(1)))
        ? forbidden
        : undefined,
  },

  {
    rule: 'mock-exam',
    words: wordsOf(
      '수능 모의 고사|모의 고사|수능 모의 평가|모의 평가|모의 수능|수능 모의|전국 연합 학력 평가',
      '연합 학력 평가|학력 평가|모평|학평',
    ),
    judge: (_, { schoolLevel = 'high' }) => (schoolLevel === 'high' ? forbidden : check),
  },
]
