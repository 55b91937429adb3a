import type { Model } from '../../ai/client.ts'
import type { ChatMessage, Completion } from '../../ai/completion.ts'
import { bounded, fixedBound } from '../../ai/text-bound.ts'
import { tokenCounter } from '../../ai/tokens.ts'
import type { Queries } from '../../db/client.ts'
import type { DomainEvents } from '../../domain-events/domain-events.ts'
import { PermanentFault, type SingleHandler } from '../../domain-events/handler.ts'
import type { TaskStore } from '../../tasks/store/task-store.ts'
import { withinBudget } from './context.ts'
import { exchangesOf } from './exchanges.ts'
import { summaryPrompt } from './prompt.ts'
import type { ConversationStore } from './store.ts'

/** A model that does not stop must not fill the database or the next prompts. */
const maxSummaryChars = 4_000

/** This much is read, since the beginning may turn out to be reasoning. */
const bound = fixedBound(20_000)

/** At most this many turns are summed up at once; there are more only if summaries failed for long. */
const maxTurns = 50

export interface SummarizeOptions {
  conversations: ConversationStore
  tasks: TaskStore
  model: Model
  /** Tokens of messages in a prompt; a summary of more would be as long as the messages. */
  contextTokens: number
  concurrency: number
}

type TurnCompleted = DomainEvents['turn.completed']

/**
 * Sums up a conversation after a turn: the summary before it and the messages since become the summary that reaches it.
 *
 * The turns of one conversation are handled one after the other, in their order. A failure touches neither the conversation
 * nor its messages or replies: the next prompts use an older summary until the new one is there.
 */
export function summarizeAfterTurn(options: SummarizeOptions): SingleHandler<'turn.completed'> {
  const { conversations, model, concurrency } = options
  return {
    name: 'conversation-summary',
    events: ['turn.completed'],
    concurrency,
    async handle({ data: turn }, { queries, signal, commit }) {
      const messages = await promptFor(queries, options, turn)
      if (!messages) return
      const text = await written(model, messages, signal)
      await commit(async tx => {
        // A transaction that regenerates the reply or removes the turn holds this lock.
        if (!(await conversations.lock(tx, turn.conversationId))) return
        const current = await conversations.turn(tx, turn.taskId)
        if (current?.savedAttempt === turn.attempt) await conversations.addSummary(tx, current, turn.attempt, text)
      })
    },
  }
}

/** `undefined` when there is nothing (more) to sum up. */
async function promptFor(
  queries: Queries,
  { conversations, tasks, contextTokens }: SummarizeOptions,
  { taskId, conversationId, attempt }: TurnCompleted,
): Promise<ChatMessage[] | undefined> {
  const turn = await conversations.turn(queries, taskId)
  if (turn?.savedAttempt !== attempt || (await conversations.hasSummary(queries, taskId, attempt))) return undefined
  const { summary: previous } = await conversations.summary(queries, conversationId, turn.position)
  const range = { after: previous?.position ?? 0, upTo: turn.position }
  const since = await exchangesOf(
    queries,
    tasks,
    await conversations.repliedTurns(queries, conversationId, range, maxTurns),
  )
  const newest = since.at(-1)
  if (!newest) return undefined
  const fitting = withinBudget(since, contextTokens, await tokenCounter())
  const messages = (fitting.length > 0 ? fitting : [newest]).flatMap(({ user, assistant }) => [
    { role: 'user' as const, content: user },
    { role: 'assistant' as const, content: assistant },
  ])
  return summaryPrompt({ previous: previous?.text, messages })
}

async function written(model: Model, messages: readonly ChatMessage[], signal: AbortSignal): Promise<string> {
  let text = ''
  const completion = await model.complete({
    messages,
    signal,
    maxOutputTokens: bound.maxOutputTokens,
    onDelta: bounded(bound, (delta, voids) => {
      text = voids ? delta : text + delta
    }),
  })
  const summary = text.replaceAll('\0', '\uFFFD').trim().slice(0, maxSummaryChars)
  if (summary !== '' && (completion.outcome === 'completed' || completion.outcome === 'length')) return summary
  if (permanent.has(completion.outcome)) {
    throw new PermanentFault('SUMMARY_REFUSED', `the model will not sum it up (${completion.outcome})`)
  }
  throw new SummaryFailed(completion.outcome)
}

const permanent: ReadonlySet<Completion['outcome']> = new Set(['refused', 'rejected', 'content-filter'])

/** No summary this time; another attempt may bring one. */
class SummaryFailed extends Error {
  override readonly name = 'SummaryFailed'
  readonly code = 'SUMMARY_FAILED'

  constructor(outcome: Completion['outcome']) {
    super(`no summary: the completion ended as ${outcome}`)
  }
}
