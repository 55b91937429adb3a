import { Type } from 'typebox'
import { fixedBound } from '../../ai/text-bound.ts'
import { tokenCounter } from '../../ai/tokens.ts'
import type { Queries } from '../../db/client.ts'
import { taskInputDamaged } from '../../tasks/errors.ts'
import type { TaskKind } from '../../tasks/kind.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import { withinBudget } from './context.ts'
import { conversationBusy, notTheLastMessage } from './errors.ts'
import { exchangesOf } from './exchanges.ts'
import { turnPrompt } from './prompt.ts'
import type { ConversationStore } from './store.ts'

/** No prompt has more earlier turns than this, however short they are. */
const maxTurns = 100

/** The bound of a reply: an essay of ten pages fits. */
const bound = fixedBound(40_000)

/** The message itself is stored with the turn. */
export const TurnInput = Type.Object({ conversationId: Type.String() }, { additionalProperties: false })

export interface TurnKindOptions {
  queries: Queries
  conversations: ConversationStore
  tasks: TaskStore
  /** Tokens of earlier messages in a prompt. */
  contextTokens: number
}

/** The `turn` kind: the reply to a message of a conversation. */
export function turnKind({
  queries,
  conversations,
  tasks,
  contextTokens,
}: TurnKindOptions): TaskKind<typeof TurnInput> {
  return {
    name: 'turn',
    input: TurnInput,
    outputs: () => 1,

    /** System and summary, the last messages within the budget, and the user's message word for word. */
    async prompt({ conversationId }, _output, { id }) {
      const turn = await conversations.turnToReplyTo(queries, id)
      if (!turn) return []
      const { summary } = await conversations.summary(queries, conversationId, turn.position)
      const range = { after: 0, upTo: turn.position - 1 }
      const earlier = await conversations.repliedTurns(queries, conversationId, range, maxTurns)
      const recent = withinBudget(await exchangesOf(queries, tasks, earlier), contextTokens, await tokenCounter())
      const history = recent.flatMap(({ user, assistant }) => [
        { role: 'user' as const, content: user },
        { role: 'assistant' as const, content: assistant },
      ])
      return turnPrompt({ summary: summary?.text, history, content: turn.content })
    },

    bound: () => bound,

    save: (tx, ended) => conversations.setSaved(tx, ended),

    facts: ({ id: taskId, ownerId, attempt, watched, input: { conversationId } }) => [
      { name: 'turn.completed', data: { taskId, ownerId, conversationId, attempt, watched } },
    ],

    async lockChain(tx, { id }) {
      const turn = await conversations.turn(tx, id)
      if (turn) await conversations.lock(tx, turn.conversationId)
    },

    async beforeRetry(tx, { id }) {
      const turn = await conversations.turn(tx, id)
      if (!turn) return
      if (turn.damaged) throw taskInputDamaged()
      const [later] = await conversations.turnIds(tx, turn.conversationId, turn.position + 1)
      if (later !== undefined) throw notTheLastMessage()
      // A turn that was stopped while it waited.
      const [busy] = await conversations.unfinished(tx, [turn.conversationId])
      if (busy) throw conversationBusy(busy.id)
      await conversations.unsetSaved(tx, id)
    },
  }
}
