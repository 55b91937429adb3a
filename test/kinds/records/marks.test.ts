import t from 'tap'
import { type MarkReason, messages } from '../../../src/kinds/records/mark-reasons.ts'
import { markRules } from '../../../src/kinds/records/mark-rules.ts'
import { findMarks } from '../../../src/kinds/records/marks.ts'

const marked: [reason: MarkReason, text: string, passage: string][] = [
  ['language-test', '토익 900점을 취득함.', '토익'],
  ['language-test', 'TOEIC에 응시함.', 'TOEIC'],
  ['language-test', '신HSK 4급을 준비함.', 'HSK'],
  ['language-test', 'hsk4급에 도전함.', 'hsk'],
  ['language-test', '텝스와 토플 공부를 병행함.', '텝스'],
  ['language-test', 'OPIc IH를 받음.', 'OPIc'],
  ['language-test', '공인 어학 성적이 우수함.', '공인 어학 성적'],
  ['external-award', '교외 대회에 참가함.', '교외 대회'],
  ['external-award', '교외상을 받음.', '교외상'],
  ['external-award', '전국 고교생 토론 대회에서 입상함.', '전국 고교생 토론 대회'],
  ['external-award', '교육청 주관 독서 공모전에 응모함.', '교육청 주관 독서 공모전'],
  ['external-award', '수학 올림피아드에 도전함.', '올림피아드'],
  ['external-award', '교육감 표창을 받음.', '교육감 표창'],
  ['external-award', '도지사상 수상', '도지사상'],
  ['mock-exam', '6월 모의고사에서 1등급을 받음.', '모의고사'],
  ['mock-exam', '수능 모의평가를 분석함.', '수능 모의평가'],
  ['mock-exam', '전국연합학력평가 성적이 오름.', '전국연합학력평가'],
  ['mock-exam', '9월 모평에서 성적이 오름.', '모평'],
  ['thesis', '소논문을 작성함.', '소논문'],
  ['thesis', '관련 논문을 읽고 정리함.', '논문'],
  ['thesis', '학술지에 실림.', '학술지'],
  ['publication', '시집을 출판함.', '출판함'],
  ['publication', '자신의 저서를 소개함.', '자신의 저서'],
  ['publication', '전자책을 출간하였음.', '출간하였'],
  ['patent', '발명품으로 특허를 출원함.', '특허'],
  ['patent', '실용신안 등록을 마침.', '실용신안'],
  ['overseas', '여름 방학에 해외 봉사를 다녀옴.', '해외 봉사'],
  ['overseas', '캐나다 유학 준비를 함.', '캐나다 유학'],
  ['overseas', '어학연수 경험을 나눔.', '어학연수'],
  ['overseas', '유학을 떠나기 전 발표함.', '유학을 떠나'],
  ['parents', '아버지가 의사로 일하는 모습을 보고 꿈을 키움.', '아버지가 의사로'],
  ['parents', '부모님의 직업을 조사함.', '부모님의 직업'],
  ['parents', '어머니께서 작은 식당을 운영하시는 모습을 봄.', '어머니께서 작은 식당을 운영하시'],
  ['parents', '교사인 어머니의 영향을 받음.', '교사인 어머니'],
  ['parents', '할아버지는 은행에 근무하셨음.', '할아버지는 은행에 근무하셨'],
  ['university', '서울대학교 탐방에 참여함.', '서울대학교'],
  ['university', '연세대에서 열린 강연을 들음.', '연세대'],
  ['university', '고려대 의예과를 희망함.', '고려대'],
  ['university', '가나다대학교 진학을 목표로 함.', '가나다대학교'],
  ['university', 'KAIST 견학 소감을 발표함.', 'KAIST'],
  ['institution', '한국과학기술연구원을 견학함.', '한국과학기술연구원'],
  ['institution', '국립중앙박물관에서 조사함.', '국립중앙박물관'],
  ['institution', '유니세프 활동을 알림.', '유니세프'],
  ['company-or-brand', '삼성전자의 재무제표를 분석함.', '삼성전자'],
  ['company-or-brand', '주식회사의 구조를 발표함.', '주식회사'],
  ['company-or-brand', '유튜브 영상을 제작함.', '유튜브'],
  ['company-or-brand', '카카오 주가를 분석함.', '카카오'],
  ['company-or-brand', '챗GPT를 활용함.', '챗GPT'],
  ['company-or-brand', 'LG전자를 조사함.', 'LG전자'],
  ['student-name-subject', '학생은 성실함.', '학생은'],
  ['student-name-subject', '항상 노력하는 모습이 좋음. 이 학생은 발표를 잘함.', '이 학생은'],
  ['student-name-subject', '김○○은 성실함.', '김○○은'],
]

for (const [reason, text, passage] of marked) {
  t.test(`${reason}: ${text}`, async t => {
    const [first] = findMarks(text)
    t.match(first, { reason, text: passage, message: messages[reason] })
  })
}

const clean = [
  '앨빈 토플러의 책을 읽고 미래 사회를 상상함.',
  '퍼스트스텝스 동아리에서 활동함.',
  'HSKT라는 이름의 모형을 만듦.',
  '교내 대회를 준비하며 성장함.',
  '교내 수학 올림피아드에 참가함.',
  '학급 사진 공모전을 기획함.',
  '국제 사회의 갈등을 다룬 교내 토론 대회에 참가함.',
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
  '강원대회를 다룬 기사를 읽음.',
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
]

for (const text of clean) {
  t.test(`nothing to flag: ${text}`, async t => {
    t.same(findMarks(text), [])
  })
}

t.test('flagged passages come in the order of the text, and never overlap', async t => {
  const text = '학생은 서울대학교 총장상을 받고 토익 시험과 삼성전자 주식회사 견학, 소논문 작성을 마침. 😀 HSK도 봄.'
  const marks = findMarks(text)
  t.same(
    marks.map(mark => mark.reason),
    [
      'student-name-subject',
      'university',
      'external-award',
      'language-test',
      'company-or-brand',
      'company-or-brand',
      'thesis',
      'language-test',
    ],
  )
  let end = 0
  for (const mark of marks) {
    t.equal(text.slice(mark.start, mark.end), mark.text)
    t.ok(mark.start >= end)
    end = mark.end
  }
})

t.test('of passages that start together the longer one is shown', async t => {
  t.same(
    findMarks('수능 모의평가 대비').map(mark => mark.text),
    ['수능 모의평가'],
  )
})

t.test('decomposed Hangul is found, at its place in the text as given', async t => {
  const text = '지난 달 토익 시험을 봄. 삼성전자 견학.'.normalize('NFD')
  const marks = findMarks(text)
  t.same(
    marks.map(mark => mark.text.normalize('NFC')),
    ['토익', '삼성전자'],
  )
  for (const mark of marks) t.equal(text.slice(mark.start, mark.end), mark.text)
})

t.test('a text of lone surrogates and control characters is only text', async t => {
  t.same(findMarks('\ud800\u0000\udc00'), [])
})

t.test('no rule repeats without a bound, so matching is linear in the length of the text', async t => {
  for (const { pattern } of markRules) {
    const bare = pattern.source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '')
    t.notMatch(bare, /[*+]|\{\d+,\}/, pattern.source)
    t.ok(pattern.global, pattern.source)
  }
})

t.test('100 kB of near misses are worked through, and are misses', async t => {
  for (const piece of ['가', '아버지가 ', '전국 ', '교내 ', '국립', '유학 ', '서울대', '토플러', 'HSK'])
    t.same(findMarks(piece.repeat(Math.ceil(100_000 / piece.length))), [], piece)
})

t.test('every reason has a rule, a source and a message in both languages', async t => {
  t.same(new Set(markRules.map(rule => rule.reason)), new Set(Object.keys(messages)))
  for (const { source } of markRules) t.ok(source)
  for (const message of Object.values(messages)) t.ok(message.ko && message.en)
})
