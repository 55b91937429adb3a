export const ko = {
  'reviews.title': '일기',
  'reviews.duty':
    'AI가 쓴 글은 전문가의 도움을 대신하지 않습니다. 혼자 견디기 힘들 때는 자살예방 상담전화 109가 언제나 듣습니다.',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'reviews.title': 'Diary',
  'reviews.duty':
    'What the AI writes does not replace professional help. When things get too heavy: in Korea, 109 listens at any hour.',
}
