/** A question as a model writes it; each number makes another one. What readers must not see of it says SECRET. */
export function question(number: number, choices = 4) {
  return {
    question: `질문 ${number}?`,
    choices: Array.from({ length: choices }, (_, index) => `선택지 ${number}-${index}`),
    answer: number % choices,
    explanation: `SECRET 해설 ${number}`,
  }
}

/** The JSON of a quiz with these questions. */
export function quizJson(...questions: object[]): string {
  return JSON.stringify({ questions })
}
