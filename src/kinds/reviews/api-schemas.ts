import { Type } from 'typebox'
import { Damaged, Failure } from '../../tasks/http/api-schemas.ts'
import { maxPageItems } from '../../tasks/http/paging.ts'
import { taskStatuses } from '../../tasks/task.ts'
import { reviewTypes } from './input.ts'

export const ReviewSchema = Type.Object({
  id: Type.String(),
  type: Type.Union([Type.Enum(reviewTypes), Type.Null()], { description: 'Null only if it is damaged.' }),
  body: Type.String({ description: 'The diary entry; empty if it is damaged.' }),
  status: Type.Enum(taskStatuses, { description: 'Status of its task.' }),
  text: Type.String({ description: 'The review; empty until it has ended, and of one that failed.' }),
  createdAt: Type.String(),
  error: Type.Optional(Failure),
  damaged: Damaged,
})

export const ReviewList = Type.Object({
  items: Type.Array(ReviewSchema, { maxItems: maxPageItems }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})
