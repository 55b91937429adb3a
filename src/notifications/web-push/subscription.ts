import { createHmac, ECDH, randomBytes } from 'node:crypto'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'

/** The browser's keys, base64url: a payload for it is encrypted with them (RFC 8291). */
export interface PushKeys {
  p256dh: string
  auth: string
}

/**
 * The id of the subscription of this endpoint: a UUID made of a keyed hash of it. So a browser has one
 * subscription, however often it subscribes, and the database does not reveal the endpoint.
 */
export async function subscriptionId(queries: Queries, cipher: Cipher, endpoint: string): Promise<string> {
  const key = await serverSecret(queries, cipher, 'push-endpoints', () => randomBytes(32).toString('base64'))
  const hash = createHmac('sha256', Buffer.from(key, 'base64')).update(endpoint).digest()
  // Version 8, variant 1 (RFC 9562, 5.8).
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Whether a payload can be encrypted with them: a point on the curve, and 16 bytes. */
export function areUsable({ p256dh, auth }: PushKeys): boolean {
  const point = Buffer.from(p256dh, 'base64url')
  if (point.length !== 65 || point[0] !== 4 || Buffer.from(auth, 'base64url').length !== 16) return false
  try {
    ECDH.convertKey(point, 'prime256v1')
    return true
  } catch {
    return false
  }
}
