/** The parts of a student record (학교생활기록부) that Conch writes, in the order the page shows them. */
export const categories = ['subject', 'individual', 'behaviour', 'autonomy', 'club', 'career'] as const

export type Category = (typeof categories)[number]

/** The name of each part, as NEIS heads it and in English. */
export const categoryNames: Record<Category, { readonly ko: string; readonly en: string }> = {
  subject: { ko: '과목별 세부능력 및 특기사항', en: 'Subject: detailed ability and notes' },
  individual: { ko: '개인별 세부능력 및 특기사항', en: 'Individual: detailed ability and notes' },
  behaviour: { ko: '행동특성 및 종합의견', en: 'Behaviour and overall opinion' },
  autonomy: { ko: '창의적 체험활동: 자율활동', en: 'Creative activities: autonomy' },
  club: { ko: '창의적 체험활동: 동아리활동', en: 'Creative activities: club' },
  career: { ko: '창의적 체험활동: 진로활동', en: 'Creative activities: career' },
}
