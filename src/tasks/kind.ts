import type { Static, TSchema } from 'typebox'
import type { ChatMessage } from '../ai/completion.ts'
import type { Queries } from '../db/client.ts'
import type { EndedOutputStatus } from './task.ts'

/**
 * A kind of task: data and two functions. Everything else, queueing, streaming, saving, resuming, cancelling, is the
 * engine's business.
 */
export interface TaskKind<Input extends TSchema = TSchema> {
  readonly name: string
  /** What a request must contain; stored encrypted with the task. */
  readonly input: Input
  /** How many texts a task of this input produces, 1 to `maxOutputs`. */
  outputs(input: Static<Input>): number
  /** The messages that make the model write output `output`. Must not throw for valid input. */
  prompt(input: Static<Input>, output: number): ChatMessage[]
  /**
   * Runs inside the task's final transaction: what is written here is saved with the texts, or not at all. Runs again,
   * for the same task, when an output was retried. Not called for a task none of whose outputs has text.
   */
  save(
    tx: Queries,
    task: { id: string; ownerId: string; createdAt: Date; input: Static<Input> },
    outputs: readonly SavedOutput[],
  ): Promise<void>
}

export interface SavedOutput {
  index: number
  status: EndedOutputStatus
  text: string
}

/** The most outputs one task may have. */
export const maxOutputs = 5
