import { Type } from 'typebox'
import { Damaged, Failure } from '../../tasks/http/api-schemas.ts'
import { maxPageItems } from '../../tasks/http/paging.ts'
import { taskStatuses } from '../../tasks/task.ts'
import { difficulties, maxChoices, maxQuestions } from './input.ts'

const answerOf = {
  answer: Type.Integer({ description: 'Index of the right choice.' }),
  explanation: Type.String(),
}

const Question = Type.Object({
  index: Type.Integer(),
  question: Type.String(),
  choices: Type.Array(Type.String(), { maxItems: maxChoices }),
  ...Type.Partial(Type.Object(answerOf)).properties,
})

const attemptHead = {
  id: Type.String(),
  score: Type.Integer({ description: 'Right answers.' }),
  total: Type.Integer({ description: 'Questions.' }),
  createdAt: Type.String(),
}

const head = {
  id: Type.String(),
  topic: Type.String(),
  difficulty: Type.Union([Type.Enum(difficulties), Type.Null()], { description: 'Null only if it is damaged.' }),
  questionCount: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Questions that were asked for. Null only if that is damaged.',
  }),
  status: Type.Enum(taskStatuses, {
    description: 'The status of its task; a quiz that could not be made again keeps its questions.',
  }),
  createdAt: Type.String(),
  error: Type.Optional(Failure),
  damaged: Damaged,
}

export const QuizSchema = Type.Object({
  ...head,
  questions: Type.Array(Question, {
    maxItems: maxQuestions,
    description: 'With answers and explanations once the quiz was taken.',
  }),
  attempts: Type.Array(
    Type.Object({
      ...attemptHead,
      answers: Type.Array(Type.Union([Type.Integer(), Type.Null()]), { maxItems: maxQuestions }),
      damaged: Damaged,
    }),
    { maxItems: 100, description: 'The last hundred at most, oldest first.' },
  ),
})

export const QuizList = Type.Object({
  items: Type.Array(
    Type.Object({
      ...head,
      questions: Type.Integer({ description: 'Questions there are.' }),
      attempts: Type.Integer({ description: 'How often it was taken.' }),
      bestScore: Type.Union([Type.Integer(), Type.Null()]),
    }),
    { maxItems: maxPageItems },
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

export const AttemptSchema = Type.Object({
  ...attemptHead,
  results: Type.Array(Type.Object({ index: Type.Integer(), correct: Type.Boolean(), ...answerOf }), {
    maxItems: maxQuestions,
  }),
})
