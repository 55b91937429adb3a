/** The kinds of school, as the ministry has a guide for each. */
export const schoolLevels = ['high', 'middle', 'elementary'] as const

export type SchoolLevel = (typeof schoolLevels)[number]

/**
 * The parts of a student record (학교생활기록부) that Conch writes, in the order the page shows them. No school level has all
 * of them: a part exists where `limits` has a row for it.
 */
export const categories = [
  'subject',
  'individual',
  'behaviour',
  'autonomy',
  'club',
  'autonomy-club',
  'career',
  'volunteer',
  'attendance',
] as const

export type Category = (typeof categories)[number]

export interface Names {
  readonly ko: string
  readonly en: string
}

/** The name of each part, as NEIS heads it and in English. */
const categoryNames: Record<Category, Names> = {
  subject: { ko: '과목별 세부능력 및 특기사항', en: 'Subject: detailed ability and notes' },
  individual: { ko: '개인별 세부능력 및 특기사항', en: 'Individual: detailed ability and notes' },
  behaviour: { ko: '행동특성 및 종합의견', en: 'Behaviour and overall opinion' },
  autonomy: { ko: '자율·자치활동 특기사항', en: 'Autonomy and self-government' },
  club: { ko: '동아리활동 특기사항', en: 'Club' },
  'autonomy-club': { ko: '자율·자치 및 동아리활동 특기사항', en: 'Autonomy, self-government and club' },
  career: { ko: '진로활동 특기사항', en: 'Career' },
  volunteer: { ko: '봉사활동실적 활동내용', en: 'Volunteering: what was done' },
  attendance: { ko: '출결 특기사항', en: 'Attendance notes' },
}

const elementarySubject: Names = { ko: '성취수준 및 특기사항', en: 'Subject: achievement and notes' }

/** The name of a part at a level; without a level, as high schools call it. */
export function nameOf(category: Category, schoolLevel?: SchoolLevel): Names {
  return category === 'subject' && schoolLevel === 'elementary' ? elementarySubject : categoryNames[category]
}
