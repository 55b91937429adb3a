import webPush from 'web-push'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'

/**
 * The keys that identify this server to push services (RFC 8292), made once: browsers' subscriptions are bound to them, and
 * lost with them.
 */
export function vapidKeys(queries: Queries, cipher: Cipher): Promise<webPush.VapidKeys> {
  return serverSecret(queries, cipher, 'vapid', () => webPush.generateVAPIDKeys())
}
