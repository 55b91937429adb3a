import { Webhook as Signer } from 'standardwebhooks'
import { type Agent, request } from 'undici'
import type { Queries } from '../../db/client.ts'
import { PermanentFault } from '../../events/handler.ts'
import type { Channel } from '../channel.ts'
import { AddressRefused } from '../guarded-agent.ts'
import type { Notification } from '../notification.ts'
import type { Webhook, WebhookStore } from './store.ts'

/** Answers of this class mean: not so, and not later either. But these may pass. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429])

/** The rest of an answer is not read: nothing is made of it. */
const maxAnswerBytes = 16_384

/**
 * Tells a server of the owner's, signed as Standard Webhooks prescribes (`webhook-id`, `webhook-timestamp`,
 * `webhook-signature`, by their library). `webhook-id` is the notification's id: who gets it twice, since we died before we
 * could note that it had arrived, knows it by that. The body holds ids and words of ours only:
 *
 *     {"type": "quiz.ready", "timestamp": "2026-11-24T09:30:00.000Z", "data": {"taskId": "…", "taskKind": "quiz"}}
 *
 * 2xx is done. 410 ends the webhook, as the standard says. Other 4xx and addresses that are not public are given up, but
 * for those that pass; everything else is tried again.
 */
export function webhookChannel(queries: Queries, store: WebhookStore, agent: Agent): Channel {
  return {
    name: 'webhook',
    targets: (tx, ownerId) => store.idsOf(tx, ownerId),
    async send(notification, targetId, signal) {
      const webhook = await store.get(queries, targetId)
      if (!webhook) return
      const status = await post(webhook, notification, agent, signal)
      if (status >= 200 && status < 300) return
      if (status === 410) return store.remove(queries, targetId)
      if (status >= 400 && status < 500 && !passing.has(status))
        throw new PermanentFault(`WEBHOOK_${status}`, `the webhook answered ${status}`)
      throw new WebhookFailed(`WEBHOOK_${status}`)
    },
  }
}

/** Resolves with the status of the answer. */
async function post({ url, secret }: Webhook, notification: Notification, agent: Agent, signal: AbortSignal) {
  const { id, kind, createdAt, taskId, taskKind, conversationId } = notification
  const body = JSON.stringify({
    type: kind,
    timestamp: createdAt.toISOString(),
    data: { taskId, taskKind, conversationId },
  })
  const sentAt = new Date()
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Conch',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': new Signer(secret).sign(id, sentAt, body),
      },
      body,
      signal,
      dispatcher: agent,
    })
    await answer.body.dump({ limit: maxAnswerBytes, signal }).catch(() => {})
    return answer.statusCode
  } catch (error) {
    if (error instanceof AddressRefused) throw new PermanentFault(error.code, error.message)
    // Without its cause, which may name the address.
    throw new WebhookFailed(signal.aborted ? 'ABORTED' : String((error as { code?: unknown }).code ?? 'NO_ANSWER'))
  }
}

/** It may go better another time. Says nothing of where it went. */
class WebhookFailed extends Error {
  override readonly name = 'WebhookFailed'
  readonly code: string

  constructor(code: string) {
    super('the webhook could not be told')
    this.code = code
  }
}
