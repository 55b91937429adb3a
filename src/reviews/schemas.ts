import { Type } from 'typebox'
import { outputStatuses } from '../tasks/task.ts'
import { reviewTypes } from './input.ts'

export const ReviewSchema = Type.Object({
  id: Type.String(),
  type: Type.Enum(reviewTypes),
  body: Type.String({ description: 'The diary entry.' }),
  status: Type.Enum(outputStatuses, { description: 'Whether the review is whole.' }),
  text: Type.String({ description: 'The review.' }),
  createdAt: Type.String(),
})

export const ReviewList = Type.Object({
  items: Type.Array(ReviewSchema),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})
