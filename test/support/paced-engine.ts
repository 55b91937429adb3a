import { EventEmitter, once } from 'node:events'
import type { Test } from 'tap'
import { type Engine, type EngineOptions, startEngine } from './engine.ts'

export interface PacedEngine extends Engine {
  /** The ids of the tasks for which the model was asked, in order. */
  asked: string[]
  /** Resolves once the model is asked for this task (again: `times`). */
  whenAsked(id: string, times?: number): Promise<void>
  /** Lets the model answer for this task, asked already or not. */
  answer(id: string): void
}

/** An engine whose model writes nothing for a task until the test lets it. */
export async function startPacedEngine(
  t: Test,
  options: Omit<EngineOptions, 'beforeAnswer'> = {},
): Promise<PacedEngine> {
  const asked: string[] = []
  const answered = new Set<string>()
  const changes = new EventEmitter().setMaxListeners(0)
  const engine = await startEngine(t, {
    ...options,
    async beforeAnswer({ messages, signal }) {
      const id = messages[0]?.content ?? ''
      asked.push(id)
      changes.emit('change')
      while (!answered.has(id) && !signal.aborted) await once(changes, 'change', { signal }).catch(() => {})
    },
  })
  return {
    ...engine,
    asked,
    async whenAsked(id, times = 1) {
      while (asked.filter(one => one === id).length < times) await once(changes, 'change')
    },
    answer(id) {
      answered.add(id)
      changes.emit('change')
    },
  }
}
