import type { Static, TSchema } from 'typebox'
import type { ChatMessage, Completion, JsonFormat, TextReader } from '../ai/completion.ts'
import type { TextBound } from '../ai/text-bound.ts'
import type { Queries } from '../db/client.ts'
import type { DomainEvent } from '../domain-events/domain-events.ts'
import type { OwnedTask } from './store/rows.ts'
import type { EndedOutputStatus, OutputError, Usage } from './task.ts'

/**
 * A kind of task: data and a few functions. The engine does everything else: queueing, streaming, saving, resuming,
 * cancelling.
 */
export type TaskKind<Input extends TSchema = TSchema> = KindOf<Input> & (PromptedKind<Input> | WritingKind<Input>)

interface KindOf<Input extends TSchema> {
  readonly name: string
  /** What a request must contain; stored encrypted with the task. */
  readonly input: Input
  /** How many texts a task of this input produces, 1 to `maxOutputs`. */
  outputs(input: Static<Input>): number
  /**
   * Keeps what the kind needs of tasks that end. Runs inside the final transaction they share: the kind's rows are
   * saved with their outputs, or not at all. Runs again for the same task when an output was retried. Not called for a
   * task none of whose outputs has anything to save.
   *
   * One call for all: a statement for each task would be most of the cost of its end.
   */
  save(tx: Queries, ended: readonly EndedTask<Static<Input>>[]): Promise<void>
  /** The events published for a saved task, in the same transaction. */
  facts(ended: EndedTask<Static<Input>>): readonly DomainEvent[]
  /**
   * For a kind whose tasks form chains: locks the chain of a task until the transaction ends, before the task's own row
   * is locked. See `TaskChain`.
   */
  lockChain?(tx: Queries, task: KindTask): Promise<void>
  /**
   * Checks whether an output of an ended task may be written again, in the transaction that requeues it; the task is
   * locked.
   *
   * The engine has checked that the task's input can be read. The kind checks its own rows.
   *
   * @throws Problem when the output may not be written again
   */
  beforeRetry?(tx: Queries, task: KindTask): Promise<void>
  /**
   * The events that this kind adds to the log of an ended task, made from its saved rows: for late readers. It leaves
   * out what can no longer be read.
   */
  replay?(queries: Queries, task: OwnedTask): Promise<KindChunk[]>
}

/** A kind whose outputs are the model's text, streamed as it comes. */
interface PromptedKind<Input extends TSchema> {
  /**
   * The messages that make the model write output `output`; none if the task has been removed. May read the database;
   * the engine calls it again while the database is unavailable. For valid input it throws nothing else but
   * `DecryptionFailed`, when the user's text can no longer be read. The engine calls it once more after the answer, to
   * count the prompt's tokens, if the provider reports no usage: the messages may be newer then.
   */
  prompt(input: Static<Input>, output: number, task: KindTask): ChatMessage[] | Promise<ChatMessage[]>
  /** The most text of an output: at the bound it ends as `incomplete`, with the finish reason `length`. */
  bound(input: Static<Input>): TextBound
  /**
   * What is saved of a text when its output ends, if it is not the text as the model wrote it: that is then kept beside it.
   * Readers get the deltas as they come, and this with the saved task. Must not throw, whatever the model wrote.
   */
  plain?(text: string): string
}

/**
 * A kind that makes something of the model's text before readers see it. Its outputs have no text: it puts a value in
 * `OutputResult.result`, which `save` keeps, and appends events of its own.
 */
interface WritingKind<Input extends TSchema> {
  /** Must not throw for valid input, whatever the model writes. Should end soon when the signal is aborted. */
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

/**
 * Where an output is written: the model, and the task's log. Not to be used once `write` has resolved, nor to be
 * destructured.
 */
export interface OutputContext {
  readonly signal: AbortSignal
  /**
   * One streamed completion, requested again while it cannot begin. Resolves with its classified end, never rejects.
   * `text` is everything received that was not voided; `usage` is there whenever anything was received, estimated if
   * the provider reported none.
   */
  complete(request: {
    messages: readonly ChatMessage[]
    /** Ask for JSON of this shape; the model may still say anything. */
    format?: JsonFormat
    /** At the bound the text ends, with the finish reason `length`. */
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
  /** Given to `save`; without it there is nothing to save. */
  result?: unknown
}

/** A task that ends, for its kind. */
export interface EndedTask<Input> extends KindTask {
  input: Input
  /** Whether a reader follows it. */
  watched: boolean
  outputs: readonly SavedOutput[]
}

export interface SavedOutput {
  index: number
  status: EndedOutputStatus
  text: string
  /** The value that `write` made. */
  result?: unknown
}

/** The most outputs one task may have. */
export const maxOutputs = 5
