import { createHmac, randomBytes } from 'node:crypto'
import type { RequestSendOneMessageSchema } from 'solapi'
import type { Dispatcher } from 'undici'
import type { SolapiConfig } from '../../config/read-config.ts'
import { PermanentFault } from '../../domain-events/handler.ts'
import { assertDelivered, NotDelivered, post } from '../post.ts'

/** As the SDK types it. */
export type SolapiMessage = RequestSendOneMessageSchema

export interface Solapi {
  /** Sends one message. @throws what `post` and `assertDelivered` do; `PermanentFault` when SOLAPI does not take the message */
  send(channel: 'sms' | 'alimtalk', message: SolapiMessage, signal: AbortSignal): Promise<void>
}

const maxAnswerBytes = 65_536

/** Longer than for users' servers: this is one server, chosen by the operator, and it sends a message before it answers. */
const timeoutMs = 10_000

/**
 * SOLAPI's HTTP API, as its SDK speaks it: the request is the SDK's `send`, typed by it and signed in its way. The SDK
 * itself goes to one fixed address through the global `fetch`, with retries of its own, takes no signal and exports no
 * signing; so the request is made here.
 *
 * The API knows no idempotency key: a message may be sent twice when the answer to the first did not arrive. Our id is in
 * its `customFields`, which identify duplicates there.
 */
export function solapi({ baseUrl, apiKey, apiSecret, sender }: SolapiConfig, agent: Dispatcher): Solapi {
  return {
    async send(channel, message, signal) {
      const { status, body } = await post(channel, `${baseUrl}/messages/v4/send-many/detail`, {
        agent,
        signal,
        headers: { 'content-type': 'application/json', authorization: authorization(apiKey, apiSecret) },
        body: JSON.stringify({ messages: [{ ...message, from: sender }], allowDuplicates: false }),
        maxBodyBytes: maxAnswerBytes,
        timeoutMs,
      })
      assertDelivered(channel, status)
      if (!wasTaken(channel, body))
        throw new PermanentFault('DELIVERY_REFUSED', `${channel}: the message was not taken`)
    },
  }
}

/** Whether SOLAPI registered the message. An answer that does not say counts as a fault that may pass. */
function wasTaken(channel: 'sms' | 'alimtalk', body: string): boolean {
  try {
    const { failedMessageList, groupInfo } = JSON.parse(body) as {
      failedMessageList: unknown[]
      groupInfo: { count: { total: number; registeredFailed: number } }
    }
    return failedMessageList.length === 0 && groupInfo.count.registeredFailed === 0 && groupInfo.count.total > 0
  } catch {
    throw new NotDelivered(channel, 'answered in a way that is not understood')
  }
}

function authorization(apiKey: string, apiSecret: string): string {
  const date = new Date().toISOString()
  const salt = randomBytes(16).toString('hex')
  const signature = createHmac('sha256', apiSecret).update(`${date}${salt}`).digest('hex')
  return `HMAC-SHA256 apiKey=${apiKey}, date=${date}, salt=${salt}, signature=${signature}`
}
