import type { Static, TSchema } from 'typebox'
import type { ChatMessage, Completion, JsonFormat, TextReader } from '../ai/completion.ts'
import type { TextBound } from '../ai/text-bound.ts'
import type { Queries } from '../db/client.ts'
import type { DomainEvent } from '../domain-events/domain-events.ts'
import type { OwnedTask } from './store/rows.ts'
import type { EndedOutputStatus, OutputError, Usage } from './task.ts'

/**
 * A kind of task: data and a few functions. Everything else, queueing, streaming, saving, resuming, cancelling, is the
 * engine's business.
 */
export type TaskKind<Input extends TSchema = TSchema> = KindOf<Input> & (PromptedKind<Input> | WritingKind<Input>)

interface KindOf<Input extends TSchema> {
  readonly name: string
  /** What a request must contain; stored encrypted with the task. */
  readonly input: Input
  /** How many texts a task of this input produces, 1 to `maxOutputs`. */
  outputs(input: Static<Input>): number
  /**
   * Runs inside the final transaction of tasks that end together: what is written here is saved with their outputs, or not at
   * all. Runs again, for the same task, when an output was retried. Not called for a task none of whose outputs has anything to
   * save. With a statement for each task it would be most of what the end of a task costs: so one for all.
   */
  save(tx: Queries, ended: readonly EndedTask<Static<Input>>[]): Promise<void>
  /** What is published of a task that was saved, with the same transaction. */
  facts(ended: EndedTask<Static<Input>>): readonly DomainEvent[]
  /**
   * For a kind whose tasks stand in lines: locks the line of a task until the transaction ends, before the task's own row
   * is locked. See `TaskChain`.
   */
  lockChain?(tx: Queries, task: KindTask): Promise<void>
  /**
   * Looks at an ended task whose output is to be written anew, in the transaction that does it; the task is locked.
   *
   * That what was asked for can be read is seen before; what this kind keeps of it elsewhere it looks at itself.
   *
   * @throws Problem when it may not
   */
  beforeRetry?(tx: Queries, task: KindTask): Promise<void>
  /**
   * The events that this kind adds to the log of a task that ended, made from what it saved: for late readers. What can no
   * longer be read is left out.
   */
  replay?(queries: Queries, task: OwnedTask): Promise<KindChunk[]>
}

/** A kind whose outputs are what the model says, streamed as it says it. */
interface PromptedKind<Input extends TSchema> {
  /**
   * The messages that make the model write output `output`; none if the task has been removed. May read the database, and
   * is asked again while that is away; must not throw otherwise for valid input, but for `DecryptionFailed` when what the
   * user wrote can no longer be read. Asked once more after the answer, to count what was sent, if the model's server does
   * not say: what it gives then may be newer.
   */
  prompt(input: Static<Input>, output: number, task: KindTask): ChatMessage[] | Promise<ChatMessage[]>
  /** How long an output may become: at the bound it ends, as `incomplete` with the finish reason `length`. */
  bound(input: Static<Input>): TextBound
}

/**
 * A kind that makes something of what the model says before anybody sees it. Its outputs have no text: what they have is
 * in `OutputResult.result`, which `save` keeps, and in the events it appends.
 */
interface WritingKind<Input extends TSchema> {
  /** Must not throw for valid input, whatever the model says. When the signal is aborted it should end soon. */
  write(input: Static<Input>, context: OutputContext): Promise<OutputResult>
}

/** What a kind may know of its task besides the input. */
export interface KindTask {
  id: string
  ownerId: string
  createdAt: Date
  /** From 1; grows with every crash and every retry. */
  attempt: number
}

/** Where an output is written: the model, and the task's log. Not to be used once `write` has resolved, nor to be taken apart. */
export interface OutputContext {
  readonly signal: AbortSignal
  /**
   * One streamed completion, begun again while it cannot begin; judged, never rejects. `text` is all that came and was not
   * voided; `usage` is there whenever anything came, estimated if the provider told none.
   */
  complete(request: {
    messages: readonly ChatMessage[]
    /** Ask for JSON of this shape; the model may still say anything. */
    format?: JsonFormat
    /** At the bound it ends, as `length`. */
    bound: TextBound
    onDelta?: TextReader
  }): Promise<Completion & { text: string; usage?: Usage }>
  append(chunk: KindChunk): void
}

/** An event that a kind adds to the log. */
export type KindChunk = { type: `data-${string}`; id: string; data: unknown }

/** How an output ended. */
export interface OutputResult {
  status: EndedOutputStatus
  finishReason?: string
  error?: OutputError
  usage?: Usage
  /** What `save` is given; nothing to save without it. */
  result?: unknown
}

/** A task that ends, for its kind. */
export interface EndedTask<Input> extends KindTask {
  input: Input
  /** Whether somebody follows it. */
  watched: boolean
  outputs: readonly SavedOutput[]
}

export interface SavedOutput {
  index: number
  status: EndedOutputStatus
  text: string
  /** What `write` made. */
  result?: unknown
}

/** The most outputs one task may have. */
export const maxOutputs = 5
