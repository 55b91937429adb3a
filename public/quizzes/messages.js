export const ko = {
  'quizzes.title': '퀴즈',
  'quizzes.duty': 'AI가 낸 문제와 풀이는 틀릴 수 있습니다. 중요한 것은 직접 확인해 주세요.',
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  'quizzes.title': 'Quizzes',
  'quizzes.duty': 'The AI makes these questions and can be wrong. Check what matters.',
}
