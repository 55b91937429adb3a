import { Type } from 'typebox'
import { Damaged, Failure } from '../../tasks/http/api-schemas.ts'
import { maxPageItems } from '../../tasks/http/paging.ts'
import { maxOutputs } from '../../tasks/kind.ts'
import { outputStatuses, taskStatuses } from '../../tasks/task.ts'
import { categories } from './category.ts'
import { RecordInput } from './input.ts'
import { limits } from './limits.ts'

const InTwoLanguages = Type.Object({ ko: Type.String(), en: Type.String() })

const Mark = Type.Object(
  {
    start: Type.Integer({ description: 'UTF-16 index into the text.' }),
    end: Type.Integer({ description: 'Exclusive.' }),
    text: Type.String(),
    reason: Type.String(),
    message: InTwoLanguages,
  },
  { description: 'A passage that a record may not contain. The teacher decides.' },
)

const sizes = {
  bytes: Type.Integer({ description: 'As NEIS counts, after NFC.' }),
  overBy: Type.Integer({ description: 'Bytes beyond the limit; 0 when it fits.' }),
  // Each flags its own passage.
  marks: Type.Array(Mark, { maxItems: 50_000 }),
}

export const Assessed = Type.Object({ ...sizes, limit: Type.Integer({ description: 'In bytes.' }) })

export const RecordSchema = Type.Object({
  id: Type.String(),
  status: Type.Enum(taskStatuses, { description: 'Status of its task.' }),
  category: Type.Union([Type.Enum(categories), Type.Null()], { description: 'Null only if it is damaged.' }),
  subject: Type.Union([Type.String(), Type.Null()]),
  label: Type.Union([Type.String(), Type.Null()]),
  targetBytes: Type.Union([Type.Integer(), Type.Null()]),
  limit: Type.Union([Type.Object({ characters: Type.Integer(), bytes: Type.Integer() }), Type.Null()], {
    description: 'Null only if the category is damaged.',
  }),
  createdAt: Type.String(),
  versions: Type.Array(
    Type.Object({
      output: Type.Integer(),
      status: Type.Enum(outputStatuses),
      text: Type.String({ description: 'Without marks of Markdown, once it has ended.' }),
      original: Type.Optional(
        Type.String({ description: 'As the model wrote it, where marks of Markdown were taken out.' }),
      ),
      ...sizes,
      damaged: Damaged,
    }),
    { maxItems: maxOutputs },
  ),
  saved: Type.Union([
    Type.Object({
      output: Type.Integer(),
      text: Type.String({ description: 'As the teacher confirmed it.' }),
      original: Type.String({ description: 'As the model wrote it.' }),
      ...sizes,
      confirmedAt: Type.String(),
      damaged: Damaged,
    }),
    Type.Null(),
  ]),
  error: Type.Optional(Failure),
  damaged: Damaged,
})

/** One record, as its owner gets it alone: with what was asked for. */
export const RecordDetail = Type.Object({
  ...RecordSchema.properties,
  request: Type.Union([RecordInput, Type.Null()], {
    description: 'What was asked for, to be changed and asked for again. Null only if it is damaged.',
  }),
})

export const RecordList = Type.Object({
  items: Type.Array(RecordSchema, { maxItems: maxPageItems }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

export const LimitList = Type.Object({
  items: Type.Array(
    Type.Object({
      category: Type.Enum(categories),
      names: InTwoLanguages,
      characters: Type.Integer(),
      bytes: Type.Integer(),
      since: Type.String(),
      appliesTo: Type.String(),
      source: Type.String(),
      verified: Type.Boolean({ description: 'Whether someone has checked it against the official guide.' }),
      current: Type.Boolean({
        description: 'Whether this row is the limit in use; the others are also in circulation.',
      }),
    }),
    { maxItems: limits.length },
  ),
  emphases: Type.Array(InTwoLanguages, { maxItems: maxOutputs, description: 'What version 0, 1, 2 ... stresses.' }),
})

/** What a teacher saves and answers for: an edited text, or the version as it is. */
export const RecordConfirmation = Type.Object(
  {
    output: Type.Integer({ minimum: 0, description: 'The version that was chosen.' }),
    text: Type.String({ minLength: 1, maxLength: 20_000, pattern: '\\S' }),
    confirmed: Type.Literal(true, {
      description: 'The teacher has compared the text with their own observations and answers for it.',
    }),
    allowOverLimit: Type.Optional(Type.Boolean({ description: 'Save although it is too long for NEIS.' })),
  },
  { additionalProperties: false },
)

/** A text that is checked while the teacher edits it; nothing is stored. */
export const TextToCheck = Type.Object(
  {
    category: Type.Enum(categories),
    text: Type.String({ maxLength: 20_000 }),
    targetBytes: Type.Optional(Type.Integer({ minimum: 100, maximum: 9000 })),
  },
  { additionalProperties: false },
)
