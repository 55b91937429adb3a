import { Type } from 'typebox'
import { maxOutputs } from '../../tasks/kind.ts'
import { categories, schoolLevels } from './category.ts'

/** Three versions side by side, unless the teacher asks for another number. */
export const defaultVersions = 3

/** Which guide a record follows; also of a text to check. */
export const schoolMembers = {
  // No default of the schema: an idempotency key stands for the request as it was sent, also before there were levels.
  schoolLevel: Type.Optional(Type.Enum(schoolLevels, { description: 'Which guide holds; high if left out.' })),
  schoolYear: Type.Optional(
    Type.Integer({
      minimum: 2000,
      maximum: 2100,
      description: 'School year, which begins in March; the present one if left out.',
    }),
  ),
}

/** What a text must rest on. */
export const noteMembers = {
  observations: Type.String({
    minLength: 1,
    maxLength: 20_000,
    pattern: '\\S',
    description: "The teacher's own observations: what the text must rest on.",
  }),
  keywords: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
      maxItems: 20,
      description: 'Words the text should take up.',
    }),
  ),
}

/** What a teacher asks for. The lengths are generous: a class's notes on one student are a page or two. */
export const RecordInput = Type.Object(
  {
    category: Type.Enum(categories, { description: 'Which part of the student record.' }),
    ...schoolMembers,
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Name of the subject or club.' })),
    ...noteMembers,
    tone: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    targetBytes: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 9000,
        description: "Bytes as NEIS counts them; default, and at most, the part's limit.",
      }),
    ),
    versions: Type.Optional(Type.Integer({ minimum: 1, maximum: maxOutputs, default: defaultVersions })),
    label: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 50,
        description: "The teacher's own label, such as 2-3-15. Never sent to the model.",
      }),
    ),
  },
  { additionalProperties: false },
)
