import type { FastifyBaseLogger } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Answer, Question, SignalListener, Signals } from '../tasks/log/replication.ts'
import type { RedisConnections } from './connections.ts'
import type { Keys } from './keys.ts'

/** An instance that runs the task answers after one transaction of the database. */
const answerMs = 3_000

type Signal = { from: string } & (
  | { type: 'changed'; taskId: string }
  | { type: 'rewrite'; taskId: string }
  | { type: 'question'; id: string; question: Question }
  | { type: 'answer'; to: string; id: string; answer: Answer }
)

/** Signals between instances, on one channel: seldom, compared with tokens. */
export class RedisSignals implements Signals {
  readonly #redis: RedisConnections
  readonly #keys: Keys
  readonly #options: { logger: FastifyBaseLogger; onRewrite: (taskId: string) => void }
  readonly #instance = uuidv7()
  /** Questions that wait for an answer. */
  readonly #asked = new Map<string, (answer: Answer | undefined) => void>()
  #listener: SignalListener | undefined

  constructor(
    redis: RedisConnections,
    keys: Keys,
    options: { logger: FastifyBaseLogger; onRewrite: (taskId: string) => void },
  ) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.subscriber.on('ready', () => void redis.subscriber.subscribe(keys.signals).catch(() => {}))
    redis.subscriber.on('message', (channel: string, message: string) => {
      if (channel === keys.signals) this.#hear(message)
    })
  }

  listen(listener: SignalListener): void {
    this.#listener = listener
  }

  changed(taskId: string): void {
    this.#say({ type: 'changed', taskId, from: this.#instance })
  }

  /** A task's log shows what a lost signal would have reported: its rows have changed. */
  heard(taskId: string): void {
    this.#listener?.changed(taskId)
  }

  /** Asks for a rewrite of a task's log. */
  rewrite(taskId: string): void {
    this.#say({ type: 'rewrite', taskId, from: this.#instance })
  }

  ask(question: Question): Promise<Answer | undefined> {
    const id = uuidv7()
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
    const timer = setTimeout(() => resolve(undefined), answerMs)
    this.#asked.set(id, resolve)
    if (!this.#say({ type: 'question', id, question, from: this.#instance })) resolve(undefined)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#asked.delete(id)
    })
  }

  close(): void {
    for (const resolve of this.#asked.values()) resolve(undefined)
  }

  /** False when no instance can receive it now. */
  #say(signal: Signal): boolean {
    const { commands } = this.#redis
    if (commands.status !== 'ready') return false
    commands.publish(this.#keys.signals, JSON.stringify(signal)).catch(error => {
      this.#options.logger.debug({ err: error }, 'a signal was lost')
    })
    return true
  }

  #hear(message: string): void {
    const signal = read(message)
    if (!signal || signal.from === this.#instance) return
    if (signal.type === 'rewrite') this.#options.onRewrite(signal.taskId)
    else if (signal.type === 'changed') this.#listener?.changed(signal.taskId)
    else if (signal.type === 'question') void this.#answer(signal)
    else if (signal.type === 'answer' && signal.to === this.#instance) this.#asked.get(signal.id)?.(signal.answer)
  }

  async #answer({ from, id, question }: Extract<Signal, { type: 'question' }>): Promise<void> {
    try {
      const answer = await this.#listener?.asked(question)
      if (answer) this.#say({ type: 'answer', to: from, id, answer, from: this.#instance })
    } catch (error) {
      // Another version may ask in another way. The asking instance gets no answer, as from instances that do not run
      // the task.
      this.#options.logger.warn({ err: error }, 'a question of another instance could not be answered')
    }
  }
}

/** Parses a signal; `undefined` for a message that no instance of Conch sent: others may use the same Redis. */
function read(message: string): Signal | undefined {
  try {
    const signal = JSON.parse(message) as Signal | null
    if (typeof signal?.from !== 'string') return undefined
    return signal
  } catch {
    return undefined
  }
}
