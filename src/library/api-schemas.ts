import { Type } from 'typebox'
import { Damaged } from '../tasks/http/api-schemas.ts'
import { maxPageItems } from '../tasks/http/paging.ts'
import { taskStatuses } from '../tasks/task.ts'
import { libraryKinds } from './source.ts'

const instant = String.raw`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$`

/** `confirmed` is the status of a record whose teacher answers for it. */
const statuses = [...taskStatuses, 'confirmed'] as const

export const LibraryQuery = Type.Object({
  kind: Type.Optional(Type.Enum(libraryKinds)),
  status: Type.Optional(Type.Enum(statuses)),
  from: Type.Optional(
    Type.String({ pattern: instant, maxLength: 40, description: 'Changed then or later; a day begins in UTC.' }),
  ),
  to: Type.Optional(Type.String({ pattern: instant, maxLength: 40, description: 'Changed before.' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '\\S',
      description:
        'Has this in it, in whatever case and white space. By one character, or where much is a candidate, a page may ' +
        'come with few items or none and still have a nextCursor: go on from there.',
    }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 100, description: 'nextCursor of the page before.' })),
  limit: Type.Integer({ minimum: 1, maximum: maxPageItems, default: 20 }),
})

export const LibraryList = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.Enum(libraryKinds),
      status: Type.String({
        description:
          'The status of the task; `confirmed` for a confirmed record; the status of the last reply for a conversation.',
      }),
      title: Type.Union([Type.String(), Type.Null()]),
      preview: Type.String(),
      match: Type.Union(
        [Type.Object({ before: Type.String(), match: Type.String(), after: Type.String() }), Type.Null()],
        {
          description:
            'Where `q` was found. Null without `q`, and for a damaged entry, which may contain it: see `damaged`.',
        },
      ),
      sizes: Type.Object({
        characters: Type.Integer(),
        bytes: Type.Integer({ description: 'UTF-8.' }),
        count: Type.Integer({ description: 'Versions, questions or messages.' }),
      }),
      createdAt: Type.String(),
      updatedAt: Type.String(),
      links: Type.Object({ self: Type.String() }),
      damaged: Damaged,
    }),
    { maxItems: maxPageItems },
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})
