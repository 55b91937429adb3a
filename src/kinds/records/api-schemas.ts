import { type TSchema, Type } from 'typebox'
import { Damaged, Failure } from '../../tasks/http/api-schemas.ts'
import { maxPageItems } from '../../tasks/http/paging.ts'
import { maxOutputs } from '../../tasks/kind.ts'
import { outputStatuses, taskStatuses } from '../../tasks/task.ts'
import { categories, schoolLevels } from './category.ts'
import { maxFindings, strengths } from './check/finding.ts'
import { maxPlaces, maxSentences } from './check/ground.ts'
import { findingKinds, ruleIds } from './check/rules.ts'
import { noteMembers, RecordInput, schoolMembers } from './input.ts'
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
  { description: 'A finding as before; use `findings`. Until the next version.' },
)

/** Of each kind and strength; `form` and `ground` are never forbidden. */
const mostFindings = 4 * maxFindings

export const FindingSchema = Type.Object(
  {
    rule: Type.Enum(ruleIds),
    kind: Type.Enum(findingKinds),
    strength: Type.Enum(strengths, { description: '`forbidden`: the guide forbids it. `check`: it may; look.' }),
    start: Type.Integer({ description: 'UTF-16 index into the text as given.' }),
    end: Type.Integer({ description: 'Exclusive.' }),
    text: Type.String(),
    source: Type.String(),
    page: Type.Union([Type.Integer(), Type.Null()]),
    message: InTwoLanguages,
    replacement: Type.Optional(
      Type.String({ description: 'In the place of the passage, it ends this finding and begins no other.' }),
    ),
  },
  { description: 'A passage to look at. The teacher decides.' },
)

const sizes = {
  bytes: Type.Integer({ description: 'As NEIS counts, after NFC.' }),
  overBy: Type.Integer({ description: 'Bytes beyond the limit; 0 when it fits.' }),
  findings: Type.Array(FindingSchema, { maxItems: mostFindings }),
  marks: Type.Array(Mark, { maxItems: mostFindings }),
}

const OrNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const sourceMembers = {
  source: Type.String(),
  page: OrNull(Type.Integer({ description: 'Printed page of the source.' })),
  verified: Type.Enum(['quoted', 'reported'], {
    description: "`quoted`: read in excerpts of the ministry's guide; `reported`: others say so.",
  }),
}

const limitMembers = {
  ...sourceMembers,
  since: Type.Integer({ description: 'First school year.' }),
  note: OrNull(InTwoLanguages),
}

const Limit = Type.Object({
  ...limitMembers,
  characters: Type.Integer(),
  bytes: Type.Integer(),
  assumed: Type.Boolean({ description: 'The school year is later than the newest guide known here.' }),
})

export const Assessed = Type.Object({
  ...sizes,
  limit: OrNull(Type.Integer({ description: 'In bytes; null without one.' })),
  sentences: Type.Array(
    Type.Object({
      start: Type.Integer(),
      end: Type.Integer(),
      leansOn: Type.Array(Type.Object({ start: Type.Integer(), end: Type.Integer() }), {
        maxItems: maxPlaces,
        description: 'Places in the observations; empty if it leans on keywords alone, or on nothing.',
      }),
    }),
    { maxItems: maxSentences, description: 'None without observations.' },
  ),
})

export const RecordSchema = Type.Object({
  id: Type.String(),
  status: Type.Enum(taskStatuses, { description: 'Status of its task.' }),
  category: Type.Union([Type.Enum(categories), Type.Null()], { description: 'Null only if it is damaged.' }),
  subject: Type.Union([Type.String(), Type.Null()]),
  label: Type.Union([Type.String(), Type.Null()]),
  targetBytes: Type.Union([Type.Integer(), Type.Null()]),
  schoolLevel: Type.Enum(schoolLevels),
  schoolYear: OrNull(
    Type.Integer({ description: 'Null if the record is older than this member: the rules before 2026 hold.' }),
  ),
  limit: Type.Union([Limit, Type.Null()], { description: 'Null without one, or if the category is damaged.' }),
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
      despite: OrNull(Type.String({ description: 'Why it was confirmed although the guide forbids some of it.' })),
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
      schoolLevel: Type.Enum(schoolLevels),
      names: InTwoLanguages,
      characters: OrNull(Type.Integer()),
      bytes: OrNull(Type.Integer()),
      current: Type.Boolean({ description: 'Deprecated: for pages of the version before.', deprecated: true }),
      ...limitMembers,
    }),
    {
      maxItems: limits.length,
      description: 'Of one part the oldest first. A part that has no row does not exist at that level.',
    },
  ),
  schoolYear: Type.Integer({ description: 'The present one.' }),
  newestGuide: Type.Integer({ description: 'School year of the newest guide; later years are assumed to be alike.' }),
  emphases: Type.Array(InTwoLanguages, { maxItems: maxOutputs, description: 'What version 0, 1, 2 ... stresses.' }),
})

/** What a teacher saves and answers for: an edited text, or the version as it is. */
export const RecordConfirmation = Type.Object(
  {
    output: Type.Integer({ minimum: 0, description: 'The version that was chosen.' }),
    text: Type.String({ minLength: 1, maxLength: 20_000, pattern: '\\S' }),
    confirmed: Type.Literal(true, {
      description:
        'The teacher has looked for what is false, what is inflated and what is against the guide, and answers for the text.',
    }),
    despite: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        pattern: '\\S',
        description: 'Why the text stands although the guide forbids some of it. Kept with it.',
      }),
    ),
    allowOverLimit: Type.Optional(Type.Boolean({ description: 'Save although it is too long for NEIS.' })),
  },
  { additionalProperties: false },
)

/** A text that is checked while the teacher edits it; nothing is stored. */
export const TextToCheck = Type.Object(
  {
    category: Type.Enum(categories),
    ...schoolMembers,
    text: Type.String({ maxLength: 20_000 }),
    targetBytes: Type.Optional(Type.Integer({ minimum: 100, maximum: 9000 })),
    observations: Type.Optional(noteMembers.observations),
    keywords: noteMembers.keywords,
    form: Type.Optional(Type.Boolean({ default: true, description: 'Whether to look at form, too.' })),
  },
  { additionalProperties: false },
)
