import { Type } from 'typebox'
import { Damaged, Failure, TaskLinks } from '../../tasks/http/api-schemas.ts'
import { maxPageItems } from '../../tasks/http/paging.ts'
import { outputStatuses } from '../../tasks/task.ts'
import { onBusyModes } from './send-message.ts'

const Nullable = <Schema extends ReturnType<typeof Type.String>>(schema: Schema) => Type.Union([schema, Type.Null()])
const instant = Type.String({ description: 'ISO 8601, UTC.' })

/** The most turns on a page, a message and its reply each. */
export const maxTurns = 200

export const NewConversation = Type.Object(
  { title: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })) },
  { additionalProperties: false },
)

export const NewMessageBody = Type.Object(
  {
    content: Type.String({ minLength: 1, maxLength: 20_000, pattern: '\\S', description: 'The message.' }),
    replaces: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Task id of a turn: its message is edited. It and all turns after it are removed.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const OnBusy = Type.Object({
  onBusy: Type.Enum(onBusyModes, {
    default: 'reject',
    description: 'While a reply is being written: refuse with 409, wait for it, or stop it first.',
  }),
})

const head = {
  id: Type.String(),
  title: Type.Union([Type.String(), Type.Null()], {
    description: 'As given, else the beginning of the first message.',
  }),
  createdAt: instant,
  updatedAt: Type.String({ description: 'When the last message was sent.' }),
  damaged: Damaged,
}

const message = {
  id: Type.String(),
  content: Type.String(),
  createdAt: instant,
  taskId: Type.String(),
  damaged: Damaged,
}

const UserMessage = Type.Object({ role: Type.Literal('user'), ...message })

const AssistantMessage = Type.Object({
  role: Type.Literal('assistant'),
  ...message,
  id: Type.String({ description: 'Id of its task.' }),
  content: Type.String({ description: 'Empty while there is none; what is being written comes with its task.' }),
  status: Type.Enum(outputStatuses),
  finishReason: Nullable(Type.String()),
  error: Type.Optional(Failure),
})

const Running = Type.Union([Type.Object({ taskId: Type.String(), links: TaskLinks }), Type.Null()], {
  description: 'The reply that is being written, or is next.',
})

export const ConversationSchema = Type.Object({
  ...head,
  messages: Type.Array(Type.Union([UserMessage, AssistantMessage]), {
    maxItems: 2 * maxTurns,
    description: 'Oldest first.',
  }),
  earlier: Type.Union([Type.String(), Type.Null()], { description: '`before` of the messages before these.' }),
  running: Running,
})

export const ConversationList = Type.Object({
  items: Type.Array(Type.Object({ ...head, running: Nullable(Type.String()) }), { maxItems: maxPageItems }),
  nextCursor: Nullable(Type.String()),
})

export const SummarySchema = Type.Object({
  text: Nullable(Type.String()),
  messageId: Type.Union([Type.String(), Type.Null()], { description: 'The reply it reaches.' }),
  createdAt: Nullable(Type.String()),
  pending: Type.Integer({ description: 'Turns with a reply that are not in it yet.' }),
  damaged: Type.Optional(
    Type.Literal(true, {
      description: 'The newest cannot be read: this is the one before it. The next reply brings another.',
    }),
  ),
})
