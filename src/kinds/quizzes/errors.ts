import { Problem } from '../../base/problem.ts'
import { taskLinks } from '../../tasks/view.ts'

/** Also for quizzes of others: no one can find out that they exist. */
export function quizNotFound(): Problem {
  return new Problem({
    status: 404,
    code: 'quiz-not-found',
    title: 'No such quiz',
    detail: 'There is no quiz with this id, or it is not yours.',
  })
}

/** Nothing was saved. */
export function wrongNumberOfAnswers(questions: number): Problem {
  return new Problem({
    status: 422,
    code: 'wrong-number-of-answers',
    title: 'Wrong number of answers',
    detail: `This quiz has ${questions} question${questions === 1 ? '' : 's'}: give one answer to each, or null.`,
    extensions: { questions },
  })
}

/** Nothing was saved. */
export function noSuchChoice(question: number, choices: number): Problem {
  return new Problem({
    status: 422,
    code: 'no-such-choice',
    title: 'No such choice',
    detail: `Question ${question} has ${choices} choices, numbered from 0.`,
    extensions: { question, choices },
  })
}

export function quizTaken(): Problem {
  return new Problem({
    status: 409,
    code: 'quiz-taken',
    title: 'The quiz has been taken',
    detail: 'Its questions can no longer be replaced. Make a new quiz.',
  })
}

/** Nothing was saved. */
export function quizDamaged(): Problem {
  return new Problem({
    status: 409,
    code: 'quiz-damaged',
    title: 'The quiz cannot be read',
    detail: 'Its questions were damaged in storage, so it cannot be taken. Remove it and make a new quiz.',
  })
}

/** Nothing was saved. */
export function quizEmpty(): Problem {
  return new Problem({
    status: 409,
    code: 'quiz-empty',
    title: 'The quiz has no questions',
    detail: 'None could be made. Try its task again, or make a new quiz.',
  })
}

/** Questions are yet to come, or new ones are about to replace those that would be answered. Nothing was saved. */
export function quizBeingMade(taskId: string): Problem {
  return new Problem({
    status: 409,
    code: 'quiz-being-made',
    title: 'The quiz is being made',
    detail: 'Its questions are not there yet, or about to change. Take it when its task has ended.',
    extensions: { taskId, links: taskLinks(taskId, '') },
  })
}
