import { newTraceId } from '../../base/trace-id.ts'
import type { Database, Transaction } from '../../db/client.ts'
import type { Events } from '../../domain-events/events.ts'
import type { WebhookAsk, WebhookStore } from './store.ts'

/** Challenges published by one transaction. */
const batchSize = 100

/** Starts challenges: publishes each in the transaction that writes it to the webhook's row. */
export class WebhookAsking {
  readonly #database: Database
  readonly #store: WebhookStore
  readonly #events: Pick<Events, 'publish'>

  constructor(options: { database: Database; store: WebhookStore; events: Pick<Events, 'publish'> }) {
    this.#database = options.database
    this.#store = options.store
    this.#events = options.events
  }

  /** Runs `change` on the row, and publishes the challenge that it returns. */
  async after<T>(traceId: string, change: (tx: Transaction) => Promise<{ ask?: WebhookAsk } & T>): Promise<T> {
    return this.#database.queries.transaction(async tx => {
      const result = await change(tx)
      if (result.ask) await this.#publish(tx, traceId, [result.ask])
      return result
    })
  }

  /** Challenges, once, the webhooks that are older than challenges. */
  async askNeverAsked(): Promise<void> {
    for (let asked = batchSize; asked === batchSize; ) {
      asked = await this.#database.queries.transaction(async tx => {
        const asks = await this.#store.askNeverAsked(tx, batchSize)
        await this.#publish(tx, newTraceId(), asks)
        return asks.length
      })
    }
  }

  async #publish(tx: Transaction, traceId: string, asks: readonly WebhookAsk[]): Promise<void> {
    await this.#events.publish(
      tx,
      traceId,
      asks.map(data => ({ name: 'webhook.asked' as const, data })),
    )
  }
}
