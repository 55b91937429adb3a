import type { Names } from '../category.ts'
import type { Source } from '../sources.ts'

/** `ban`: what no record may contain. `form`: how a record is written. `ground`: what the observations do not say. */
export const findingKinds = ['ban', 'form', 'ground'] as const
export type FindingKind = (typeof findingKinds)[number]

/** A rule of the guide, from a school year on: what it says, and where. */
export interface Rule extends Source {
  readonly kind: FindingKind
  /** The first school year of the guide that it was read in. Earlier years are held to have it, too. */
  readonly since: number
  readonly message: Names
}

const guide = (page: number): Source => ({
  source: '학교생활기록부 기재요령(초등학교; 고등학교도 같은 목록), 교육부, 2026',
  page,
  verified: 'quoted',
})
const tools: Source = { source: '공개된 생활기록부 점검 도구, 2026', page: null, verified: 'reported' }
const own: Source = { source: '선생님이 적은 관찰 내용과 견줌', page: 27, verified: 'quoted' }

function ban(source: Source, ko: string, en: string): Rule {
  return { kind: 'ban', since: 2026, ...source, message: { ko, en } }
}
function form(ko: string, en: string): Rule {
  return { kind: 'form', since: 2026, ...tools, message: { ko, en } }
}
function ground(ko: string, en: string): Rule {
  return { kind: 'ground', since: 2026, ...own, message: { ko, en } }
}

export const rules = {
  'language-test': ban(
    guide(18),
    '어학시험은 응시, 성적, 수상 모두 적을 수 없습니다. 지우고 수업에서 보인 언어 능력을 적어 주세요.',
    'Language tests, their scores and awards may not be recorded. Write what the student showed in class instead.',
  ),
  contest: ban(
    guide(18),
    '대회는 교내와 교외 모두 참가 사실과 성적을 적을 수 없습니다. 수업에서 한 활동만 적어 주세요.',
    'Contests inside and outside the school may not be recorded, nor their results. Keep what was done in class.',
  ),
  event: ban(
    guide(100),
    '대회를 행사로 이름만 바꾼 것이라면 적을 수 없습니다. 순위를 가리는 행사인지 살펴봐 주세요.',
    'A contest may not be renamed an event. Please look whether this one had a ranking.',
  ),
  award: ban(
    guide(18),
    '수상, 표창장, 감사장은 적을 수 없습니다. 그 상을 받게 된 행동을 적어 주세요.',
    'Awards, commendations and thank-you letters may not be recorded. Write what the student did for it.',
  ),
  'certification-test': ban(
    guide(18),
    '인증시험은 교내와 교외 모두 적을 수 없습니다.',
    'Certification tests inside and outside the school may not be recorded.',
  ),
  certificate: ban(
    guide(19),
    '자격증의 이름과 취득 사실은 적을 수 없습니다. 익힌 지식과 기능을 적어 주세요.',
    'Names of certificates, and getting one, may not be recorded. Write what was learned.',
  ),
  'mock-exam': ban(
    guide(18),
    '모의고사와 학력평가의 응시와 성적은 적을 수 없습니다.',
    'Mock exams and their results may not be recorded.',
  ),
  thesis: ban(
    guide(18),
    '논문을 쓰거나 내거나 발표한 사실은 적을 수 없습니다. 탐구한 과정을 적어 주세요.',
    'Papers that were written, submitted or presented may not be recorded. Write how the question was explored.',
  ),
  'research-report': ban(
    tools,
    '과목과 개인별 특기사항에는 소논문과 연구보고서를 적을 수 없습니다. 창의적 체험활동에서는 제목, 주제, 인원, 시간을 확인해 주세요.',
    'Small papers and research reports may not be recorded in subject parts; elsewhere, please check the rules for them.',
  ),
  publication: ban(guide(18), '책을 펴낸 사실은 적을 수 없습니다.', 'Publishing a book may not be recorded.'),
  patent: ban(
    guide(18),
    '특허, 실용신안, 상표, 디자인의 출원과 등록은 적을 수 없습니다. 발명한 과정은 적을 수 있습니다.',
    'Patents and the like that were filed or registered may not be recorded. The inventing itself may.',
  ),
  overseas: ban(
    guide(18),
    '해외에서 한 봉사, 연수, 유학 등의 활동은 적을 수 없습니다.',
    'Studying, volunteering or other results abroad may not be recorded.',
  ),
  parents: ban(
    guide(18),
    '부모와 친인척의 직업, 직장, 지위를 짐작하게 하는 말은 적을 수 없습니다.',
    'Nothing may hint at the job, post or standing of parents or relatives.',
  ),
  scholarship: ban(guide(19), '장학생과 장학금은 적을 수 없습니다.', 'Scholarships may not be recorded.'),
  university: ban(
    guide(19),
    "대학 이름은 적을 수 없습니다. '대학' 또는 학과 이름으로 바꿔 주세요.",
    'Universities may not be named.',
  ),
  institution: ban(
    guide(19),
    '교육부와 소속 기관, 교육청과 직속기관이 아닌 기관 이름은 적을 수 없습니다.',
    'Institutions may not be named, but for the ministry, offices of education and what they run.',
  ),
  'company-or-brand': ban(
    guide(19),
    '회사와 상표 이름은 적을 수 없습니다. 일반적인 이름으로 바꿔 주세요.',
    'Companies and brands may not be named. Use the general word.',
  ),
  lecturer: ban(guide(19), '강사 이름은 적을 수 없습니다.', 'Lecturers may not be named.'),
  'own-school': ban(
    tools,
    '다니는 학교를 알 수 있는 이름은 적을 수 없습니다.',
    'Nothing may say which school the student attends.',
  ),
  'online-course': ban(
    guide(100),
    '과목 특기사항에는 K-MOOC, MOOC, KOCW를 적을 수 없습니다.',
    'K-MOOC, MOOC and KOCW may not be recorded in subject parts.',
  ),
  'after-school': ban(
    guide(100),
    '과목 특기사항에는 방과후학교를 적을 수 없습니다.',
    'After-school classes may not be recorded in subject parts.',
  ),
  donation: ban(
    guide(84),
    '물품이나 돈을 낸 것은 봉사활동으로 적을 수 없습니다. 나르고 나누고 포장한 일은 적을 수 있습니다.',
    'Gifts of goods or money are no service. Sorting and packing them is.',
  ),

  'student-name-subject': form(
    "이름이나 '학생은'과 같은 주어 없이 씁니다.",
    'Sentences are written without the name or a subject such as "the student".',
  ),
  'nominal-ending': form("문장을 '~함.', '~임.'처럼 명사형으로 끝냅니다.", 'Sentences end in nominal form (~함, ~임).'),
  'past-tense': form(
    '지난 일도 현재형으로 적습니다(했음 → 함).',
    'What is past is written in the present (했음 → 함).',
  ),
  'full-stop': form('문장 끝에 마침표를 찍습니다.', 'A sentence ends with a full stop.'),
  'line-break': form('줄을 바꾸지 않고 한 문단으로 씁니다.', 'A text is one paragraph.'),
  character: form('나이스에서 깨지거나 받지 않을 수 있는 문자입니다.', 'NEIS may refuse or garble this character.'),
  superlative: form('근거 없는 최상급 표현이 아닌지 살펴봐 주세요.', 'Is there proof of this superlative?'),
  certainty: form('앞일을 단정하는 말이 아닌지 살펴봐 주세요.', 'Is this too certain about the future?'),
  home: form('학교 밖에서 한 일을 확인할 수 있는지 살펴봐 주세요.', 'Can this be known, if it was done at home?'),

  number: ground('관찰 내용에 없는 숫자입니다.', 'This number is not in the observations.'),
  title: ground('관찰 내용에 없는 제목이나 인용입니다.', 'This title or quotation is not in the observations.'),
  'foreign-word': ground('관찰 내용에 없는 영문 낱말입니다.', 'This word is not in the observations.'),
  'no-ground': ground(
    '관찰 내용에서 근거를 찾지 못한 문장입니다.',
    'Nothing in the observations supports this sentence.',
  ),
} satisfies Record<string, Rule>

export type RuleId = keyof typeof rules
export const ruleIds = Object.keys(rules) as RuleId[]
