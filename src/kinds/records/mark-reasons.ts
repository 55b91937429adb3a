/** Why a passage is flagged. */
export type MarkReason =
  | 'language-test'
  | 'external-award'
  | 'mock-exam'
  | 'thesis'
  | 'publication'
  | 'patent'
  | 'overseas'
  | 'parents'
  | 'university'
  | 'institution'
  | 'company-or-brand'
  | 'student-name-subject'

/** What the page shows the teacher about a flagged passage. */
export const messages: Record<MarkReason, { readonly ko: string; readonly en: string }> = {
  'language-test': {
    ko: '공인어학시험의 이름과 성적은 적을 수 없습니다.',
    en: 'Language tests and their scores may not be recorded.',
  },
  'external-award': {
    ko: '교외 대회 참가와 교외 수상은 적을 수 없습니다.',
    en: 'Competitions and awards from outside the school may not be recorded.',
  },
  'mock-exam': {
    ko: '모의고사와 전국연합학력평가의 응시나 성적은 적을 수 없습니다.',
    en: 'Mock exams and their results may not be recorded.',
  },
  thesis: {
    ko: '논문이나 소논문을 쓰거나 실은 사실은 적을 수 없습니다.',
    en: 'Theses and small papers may not be recorded.',
  },
  publication: { ko: '책을 펴낸 사실은 적을 수 없습니다.', en: 'Publishing a book may not be recorded.' },
  patent: {
    ko: '특허, 실용신안 등 지식재산권은 적을 수 없습니다.',
    en: 'Patents, utility models and the like may not be recorded.',
  },
  overseas: {
    ko: '해외 봉사, 어학연수, 유학 등 해외 활동은 적을 수 없습니다.',
    en: 'Volunteering or studying abroad may not be recorded.',
  },
  parents: {
    ko: '부모와 친인척의 직업이나 사회적·경제적 지위를 알 수 있는 내용은 적을 수 없습니다.',
    en: 'Nothing may show the occupation or status of parents or relatives.',
  },
  university: { ko: '대학 이름은 적을 수 없습니다.', en: 'Universities may not be named.' },
  institution: { ko: '기관 이름은 적을 수 없습니다.', en: 'Institutions may not be named.' },
  'company-or-brand': { ko: '회사와 상표 이름은 적을 수 없습니다.', en: 'Companies and brands may not be named.' },
  'student-name-subject': {
    ko: "이름이나 '학생은'과 같은 주어 없이 씁니다.",
    en: 'Sentences are written without the name or a subject such as "the student".',
  },
}
