import { briefly } from './briefly.ts'
import type { Visitor } from './visitor.ts'

export interface WebhookBody {
  url: string
  createdAt: string
  status: 'pending' | 'verified' | 'failed'
  fault: string | null
  verifiedAt: string | null
}

/** The visitor's webhook, once it is as wanted: challenges are sent at the server's own pace. */
export async function webhookThat(
  visitor: Visitor,
  condition: (webhook: WebhookBody) => boolean,
): Promise<WebhookBody> {
  for (;;) {
    const { webhook } = (await visitor.json<{ webhook: WebhookBody | null }>('GET', '/api/webhook')).body
    if (webhook && condition(webhook)) return webhook
    await briefly()
  }
}

/** Gives the visitor a webhook there, and resolves with its secret once the other side has answered the challenge. */
export async function verifiedWebhook(visitor: Visitor, url: string): Promise<string> {
  const { status, body } = await visitor.json<{ secret: string }>('PUT', '/api/webhook', { url })
  if (status !== 201) throw new Error(`PUT /api/webhook: ${status} ${JSON.stringify(body)}`)
  await webhookThat(visitor, ({ status }) => status === 'verified')
  return body.secret
}
