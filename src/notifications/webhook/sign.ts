import { Webhook } from 'standardwebhooks'

/** The headers of a request to a webhook, as Standard Webhooks prescribes them. `id` is the same at every attempt. */
export function signedHeaders(secret: string, id: string, body: string): Record<string, string> {
  const now = new Date()
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  }
}
