import { Type } from 'typebox'
import { maxOutputs } from '../kind.ts'
import { outputStatuses, taskStatuses } from '../task.ts'
import { maxPageItems } from './paging.ts'

const Nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()])

const instant = Type.String({ description: 'ISO 8601, UTC.' })

export const TaskLinks = Type.Object({ self: Type.String(), events: Type.String(), cancel: Type.String() })

export const Failure = Type.Object({ code: Type.String(), detail: Type.String() })

/** Present only where it is true. */
export const Damaged = Type.Optional(
  Type.Literal(true, {
    description:
      'Something of this was damaged in storage and cannot be read: what is affected is empty or null. The rest is as it ' +
      'was; it can be removed.',
  }),
)

const Output = Type.Object({
  index: Type.Integer(),
  status: Type.Enum(outputStatuses),
  text: Type.String({ description: 'While the task runs: what has come so far.' }),
  finishReason: Nullable(Type.String()),
  usage: Type.Union([
    Type.Object({
      inputTokens: Type.Integer(),
      outputTokens: Type.Integer(),
      estimated: Type.Optional(Type.Boolean({ description: 'Counted here, since the provider reported no usage.' })),
    }),
    Type.Null(),
  ]),
  error: Type.Optional(Failure),
  damaged: Damaged,
})

export const TaskSchema = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  status: Type.Enum(taskStatuses),
  stage: Type.String(),
  attempt: Type.Integer(),
  createdAt: instant,
  startedAt: Nullable(instant),
  finishedAt: Nullable(instant),
  outputs: Type.Array(Output, { maxItems: maxOutputs }),
  error: Type.Optional(Failure),
  damaged: Damaged,
  links: TaskLinks,
})

export const TaskList = Type.Object({
  items: Type.Array(TaskSchema, { maxItems: maxPageItems }),
  nextCursor: Nullable(Type.String()),
})

export const AcceptedTask = Type.Object({
  taskId: Type.String(),
  status: Type.Enum(taskStatuses),
  streamUrl: Type.String({ description: 'Where to watch it: Server-Sent Events.' }),
  links: TaskLinks,
})
