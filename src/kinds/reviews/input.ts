import { type Static, Type } from 'typebox'

export const reviewTypes = ['THINKING', 'FEELING'] as const
export type ReviewType = (typeof reviewTypes)[number]

/** What a diary writer asks for. */
export const ReviewInput = Type.Object(
  {
    body: Type.String({ minLength: 1, maxLength: 20_000, pattern: '\\S', description: 'The diary entry.' }),
    type: Type.Enum(reviewTypes, { description: 'THINKING: realistic advice. FEELING: empathy.' }),
  },
  { additionalProperties: false },
)
export type ReviewInput = Static<typeof ReviewInput>
