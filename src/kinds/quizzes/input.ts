import { type Static, Type } from 'typebox'

export const maxQuestions = 20
export const maxChoices = 6

export const difficulties = ['easy', 'medium', 'hard'] as const
export type Difficulty = (typeof difficulties)[number]

/** What the user asks for. */
export const QuizInput = Type.Object(
  {
    topic: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    material: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20_000,
        pattern: '\\S',
        description: 'What the questions must rest on; without it, common knowledge.',
      }),
    ),
    questionCount: Type.Integer({ minimum: 1, maximum: maxQuestions, default: 5 }),
    difficulty: Type.Enum(difficulties, { default: 'medium' }),
    choices: Type.Integer({ minimum: 2, maximum: maxChoices, default: 4, description: 'Choices of each question.' }),
  },
  { additionalProperties: false },
)
export type QuizInput = Static<typeof QuizInput>

/** The answers of a user to a quiz. */
export const AttemptInput = Type.Object(
  {
    answers: Type.Array(Type.Union([Type.Integer({ minimum: 0, maximum: maxChoices - 1 }), Type.Null()]), {
      maxItems: maxQuestions,
      description: 'The index of a choice for each question, in their order; null for one that is left out.',
    }),
  },
  { additionalProperties: false },
)
