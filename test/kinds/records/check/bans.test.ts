import t from 'tap'
import { checkText, findBanned } from '../../../../src/kinds/records/check/check-text.ts'
import type { RuleId } from '../../../../src/kinds/records/check/rules.ts'
import type { Part } from '../../../../src/kinds/records/limits.ts'

const subject = { category: 'subject', schoolLevel: 'high', schoolYear: 2026 } as const
const found = (text: string, part: Part = subject) => checkText(text, part, { form: 'subject' }).findings
const rulesOf = (text: string, part: Part = subject) =>
  found(text, part).map(({ rule, strength }) => `${rule} ${strength}`)

const passages: [rule: RuleId, text: string, passage: string][] = [
  ['language-test', '토익 900점을 취득함.', '토익'],
  ['language-test', 'TOEIC에 응시함.', 'TOEIC'],
  ['language-test', '신HSK 4급을 준비함.', 'HSK'],
  ['language-test', 'hsk4급에 도전함.', 'hsk'],
  ['language-test', '텝스와 토플 공부를 병행함.', '텝스'],
  ['language-test', 'OPIc IH를 받음.', 'OPIc'],
  ['language-test', '공인 어학 성적이 우수함.', '공인 어학 성적'],
  ['contest', '교외 대회에 참가함.', '대회'],
  ['award', '교외상을 받음.', '교외상'],
  ['contest', '전국 고교생 토론 대회에서 입상함.', '대회'],
  ['contest', '교육청 주관 독서 공모전에 응모함.', '공모전'],
  ['contest', '수학 올림피아드에 도전함.', '올림피아드'],
  ['award', '교육감 표창을 받음.', '표창'],
  ['award', '도지사상 수상', '도지사상'],
  ['mock-exam', '6월 모의고사에서 1등급을 받음.', '모의고사'],
  ['mock-exam', '수능 모의평가를 분석함.', '수능 모의평가'],
  ['mock-exam', '전국연합학력평가 성적이 오름.', '전국연합학력평가'],
  ['mock-exam', '9월 모평에서 성적이 오름.', '모평'],
  ['research-report', '소논문을 작성함.', '소논문'],
  ['thesis', '학술지에 실림.', '학술지'],
  ['publication', '시집을 출판함.', '출판'],
  ['publication', '자신의 저서를 소개함.', '저서'],
  ['publication', '전자책을 출간하였음.', '출간'],
  ['patent', '발명품으로 특허를 출원함.', '특허'],
  ['patent', '실용신안 등록을 마침.', '실용신안'],
  ['overseas', '여름 방학에 해외 봉사를 다녀옴.', '해외 봉사'],
  ['overseas', '캐나다 유학 준비를 함.', '유학'],
  ['overseas', '어학연수 경험을 나눔.', '어학연수'],
  ['overseas', '유학을 떠나기 전 발표함.', '유학'],
  ['parents', '아버지가 의사로 일하는 모습을 보고 꿈을 키움.', '아버지가 의사'],
  ['parents', '부모님의 직업을 조사함.', '부모님의 직업'],
  ['parents', '어머니께서 작은 식당을 운영하시는 모습을 봄.', '어머니께서 작은 식당을 운영'],
  ['parents', '교사인 어머니의 영향을 받음.', '교사인 어머니'],
  ['parents', '할아버지는 은행에 근무하셨음.', '할아버지는 은행에 근무'],
  ['university', '서울대학교 탐방에 참여함.', '서울대학교'],
  ['university', '연세대에서 열린 강연을 들음.', '연세대'],
  ['university', '고려대 의예과를 희망함.', '고려대'],
  ['university', '가나다대학교 진학을 목표로 함.', '가나다대학교'],
  ['university', 'KAIST 견학 소감을 발표함.', 'KAIST'],
  ['institution', '한국과학기술연구원을 견학함.', '한국과학기술연구원'],
  ['institution', '국립중앙박물관에서 조사함.', '국립중앙박물관'],
  ['institution', '유니세프 활동을 알림.', '유니세프'],
  ['company-or-brand', '삼성전자의 재무제표를 분석함.', '삼성전자'],
  ['company-or-brand', '유튜브 영상을 제작함.', '유튜브'],
  ['company-or-brand', '카카오 주가를 분석함.', '카카오'],
  ['company-or-brand', '챗GPT를 활용함.', '챗GPT를'],
  ['company-or-brand', 'LG전자를 조사함.', 'LG전자'],
  ['student-name-subject', '학생은 성실함.', '학생은 '],
  ['student-name-subject', '항상 노력하는 모습이 좋음. 이 학생은 발표를 잘함.', '이 학생은 '],
  ['student-name-subject', '김○○은 성실함.', '김○○은'],
  ['contest', '교내 대회를 준비하며 성장함.', '대회'],
  ['contest', '교내 수학 올림피아드에 참가함.', '올림피아드'],
  ['contest', '학급 사진 공모전을 기획함.', '공모전'],
  ['contest', '국제 사회의 갈등을 다룬 교내 토론 대회에 참가함.', '대회'],
  ['contest', '강원대회에 나간 경험을 말함.', '강원대회'],
]

for (const [rule, text, passage] of passages) {
  t.test(`${rule}: ${text}`, async t => {
    t.match(found(text)[0], { rule, text: passage, strength: rule === 'student-name-subject' ? 'check' : 'forbidden' })
  })
}

const clean = [
  '앨빈 토플러의 책을 읽고 미래 사회를 상상함.',
  '퍼스트스텝스 동아리에서 활동함.',
  'HSKT라는 이름의 모형을 만듦.',
  '농산물 시장 상황을 그래프로 나타냄.',
  '시장상인 인터뷰를 진행함.',
  '모평균을 추정하는 원리를 설명함.',
  '모의재판과 모의 국회에서 변호인 역할을 맡음.',
  '토론문을 논리적으로 작성함.',
  '출판사 편집자라는 직업을 조사함.',
  '1813년에 출판된 소설을 감상함.',
  '유학 사상과 성리학을 비교함.',
  '조선 시대 유학자의 삶을 조사함.',
  '중국 유학의 전개를 정리함.',
  '부모님께 감사 편지를 쓰고 의사소통 방법을 배움.',
  '아버지와 함께 산에 오르며 체력을 기름.',
  '유전자 검사의 원리를 아버지께 설명드림.',
  '대학교에 진학하여 더 배우고자 함.',
  '전문대학교와 일반대학교의 차이를 조사함.',
  '단과대학과 종합대학의 차이를 정리함.',
  '세종대왕의 업적을 발표함.',
  '국민대표의 역할을 설명함.',
  '부산대교의 구조를 모형으로 만듦.',
  '역사에 대한 박물관 자료를 정리함.',
  '기아 문제와 현대 사회의 불평등을 연결함.',
  '카카오 열매의 공정 무역을 조사함.',
  '파인애플의 효소를 실험함.',
  '아마존 열대우림의 파괴를 조사함.',
  '메타인지 전략을 적용함.',
  '자속 밀도의 단위인 테슬라를 설명함.',
  '배구 토스 연습을 꾸준히 함.',
  '나사의 원리를 이용함.',
  '다른 학생은 물론 교사도 감탄함.',
  '고등학생은 물론 남학생은 더 그러함.',
  '수업 시간에 질문을 하고 스스로 답을 찾아 정리함.',
  '관련 논문을 읽고 정리함.',
  '주식회사의 구조를 발표함.',
]

for (const text of clean) {
  t.test(`nothing to find: ${text}`, async t => {
    t.same(rulesOf(text), [])
  })
}

t.test('what may be a contest is to be checked: games, and what is called an event', async t => {
  for (const text of [
    '체육대회에서 응원을 이끔.',
    '체육 대회에서 뜀.',
    '과학 한마당을 꾸밈.',
    '독서 축전에서 사회를 봄.',
  ])
    t.same(rulesOf(text), ['event check'], text)
})

t.test('contests and prizes inside the school are forbidden as those outside are', async t => {
  t.same(rulesOf('교내 토론대회에 나감.'), ['contest forbidden'])
  t.same(rulesOf('교내 토론대회에서 은상을 받음.'), ['contest forbidden', 'award forbidden'])
})

t.test(
  'the part and the level decide: small papers, open courses, after-school classes, mock exams, gifts',
  async t => {
    const of = (category: Part['category'], schoolLevel: Part['schoolLevel'] = 'high'): Part => ({
      ...subject,
      category,
      schoolLevel,
    })
    t.same(rulesOf('소논문을 완성함.', of('subject', 'middle')), ['research-report forbidden'])
    t.same(rulesOf('소논문을 완성함.', of('individual')), ['research-report forbidden'])
    t.same(rulesOf('소논문을 완성함.', of('club')), ['research-report check'])
    t.same(rulesOf('소논문을 완성함.', of('subject', 'elementary')), ['research-report check'])
    for (const text of ['KOCW 강의를 들음.', 'K-MOOC를 들음.']) {
      t.same(rulesOf(text), ['online-course forbidden'])
      t.same(rulesOf(text, of('career')), [])
    }
    t.same(rulesOf('방과후학교에서 익힘.'), ['after-school forbidden'])
    t.same(rulesOf('방과후학교에서 익힘.', of('career')), [])
    t.same(rulesOf('모의고사를 봄.', of('subject', 'middle')), ['mock-exam check'])
    t.same(rulesOf('쌀을 기부함.', of('volunteer')), ['donation forbidden'])
    t.same(rulesOf('쌀을 기부함.', of('behaviour')), [])
  },
)

t.test(
  'a volunteer entry names the place; no other part may, but the ministry, offices of education and theirs',
  async t => {
    const volunteer = { ...subject, category: 'volunteer' } as const
    for (const name of ['대한적십자사', '시립도서관', '국립재활원', '한국시각장애인연합회'])
      t.same(rulesOf(`${name}에서 도움.`, volunteer), [])
    t.same(rulesOf('대한적십자사에서 도움.'), ['institution forbidden'])
    for (const name of [
      '교육부',
      '대한민국학술원',
      '국사편찬위원회',
      '국립국제교육원',
      '국립특수교육원',
      '교원소청심사위원회',
      '중앙교육연수원',
      '서울특별시교육청',
      '교육지원청',
      '국립박물관',
    ])
      t.same(rulesOf(`${name}의 자료를 읽음.`), [], name)
  },
)

t.test('a lecturer is one who taught; who was read is none, and of the rest the teacher knows', async t => {
  t.same(rulesOf('박지훈 교수의 특강을 들음.'), ['lecturer forbidden'])
  t.same(rulesOf('박지훈 교수의 책을 읽음.'), [])
  t.same(rulesOf('박지훈 교수의 주장을 떠올림.'), ['lecturer check'])
  for (const text of [
    '전임 교수의 특강을 들음.',
    '물리학 교수의 특강을 들음.',
    '외부 강사의 특강을 들음.',
    '유명 작가의 강연을 들음.',
  ])
    t.same(rulesOf(text), [], text)
})

t.test('a school is named by more than its kind', async t => {
  t.same(
    found('새빛고등학교에서 배움.').map(({ text }) => text),
    ['새빛고등학교'],
  )
  for (const text of ['고등학교에서 배움.', '특성화고등학교를 조사함.', '우리 학교의 나무를 조사함.'])
    t.same(rulesOf(text), [], text)
})

t.test('findings come in the order of the text with rule, source, page and message; bans never overlap', async t => {
  const text = '학생은 서울대학교 총장상을 받고 토익 시험과 삼성전자 견학, 소논문 작성을 마침. 😀 HSK도 봄.'
  const all = found(text)
  t.same(
    all.map(({ rule }) => rule),
    [
      'student-name-subject',
      'university',
      'award',
      'language-test',
      'company-or-brand',
      'research-report',
      'language-test',
    ],
  )
  let end = 0
  for (const finding of all) {
    t.equal(text.slice(finding.start, finding.end), finding.text)
    t.ok(finding.start >= end)
    end = finding.end
    t.match(finding, { kind: /ban|form/, source: /./, message: { ko: /./, en: /./ } })
  }
})

t.test('of two that meet, the forbidden one counts', async t => {
  t.same(rulesOf('체육대회에서 금상을 받음.'), ['event check', 'award forbidden'])
  t.same(
    found('수능 모의평가 대비').map(({ text }) => text),
    ['수능 모의평가'],
  )
})

t.test('decomposed Hangul is found, at its place in the text as given; blanks and case make no difference', async t => {
  const text = '지난 달 토익 시험을 봄. 삼성전자 견학.'.normalize('NFD')
  const all = found(text)
  t.same(
    all.map(({ text }) => text.normalize('NFC')),
    ['토익', '삼성전자'],
  )
  for (const { start, end, text: passage } of all) t.equal(text.slice(start, end), passage)
  for (const spelled of ['모의 고사를 봄.', '모의\n고사를 봄.', '모의\u00a0고사를 봄.'])
    t.same(rulesOf(spelled), ['mock-exam forbidden'])
  for (const spelled of ['toeic을 봄.', 'ToEiC을 봄.', 'ＴＯＥＩＣ을 봄.', 'G–TELP를 봄.'])
    t.same(rulesOf(spelled), ['language-test forbidden'])
})

t.test('a rule looks no further than its sentence', async t => {
  t.same(rulesOf('특허의 뜻을 앎. 등록 번호를 적음.'), [])
  t.same(rulesOf('아버지께 감사함. 의사로 일하는 사람을 만남.'), [])
})

t.test('a text of lone surrogates and control characters is only text', async t => {
  t.same(found('\ud800\u0000\udc00'), [])
})

t.test('what the guide forbids is found however much there is to check besides', async t => {
  const text = `${'체육대회를 함. '.repeat(1500)}토익을 봄.`
  t.ok(findBanned(text, subject).some(({ rule }) => rule === 'language-test'))
})
