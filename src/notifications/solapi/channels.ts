import type { Queries } from '../../db/client.ts'
import type { Channel } from '../channel.ts'
import { notificationText } from '../text.ts'
import type { Solapi } from './client.ts'
import type { PhoneStore } from './phone-store.ts'

interface PhoneSources {
  queries: Queries
  phones: PhoneStore
  solapi: Solapi
}

/**
 * A text message to the owner's verified number. At least once: it is sent again when the process dies before it has stored
 * that SOLAPI took it.
 */
export function smsChannel({ queries, phones, solapi }: PhoneSources): Channel {
  return {
    name: 'sms',
    targets: (tx, ownerId) => targetsOf(phones, tx, ownerId),
    async send(notification, targetId, signal) {
      signal.throwIfAborted()
      const phone = targetId === notification.ownerId ? await phones.find(queries, targetId) : undefined
      if (!phone?.verified || phone.number === undefined) return
      const { title, body } = notificationText(notification, { language: phone.language, basePath: '' })
      const text = `[Conch] ${title}\n${body}`
      const customFields = { notificationId: notification.id }
      // A text too long for an SMS becomes an LMS.
      await solapi.send('sms', { to: phone.number, text, autoTypeDetect: true, customFields }, signal)
    },
  }
}

/**
 * A KakaoTalk message to the owner's verified number, by a template with the variables `#{title}` and `#{body}`. Where
 * KakaoTalk cannot deliver it, no SMS replaces it: that is a channel of its own. At least once, as SMS.
 */
export function alimtalkChannel(
  { queries, phones, solapi }: PhoneSources,
  { pfId, templateId }: { pfId: string; templateId: string },
): Channel {
  return {
    name: 'alimtalk',
    targets: (tx, ownerId) => targetsOf(phones, tx, ownerId),
    async send(notification, targetId, signal) {
      signal.throwIfAborted()
      const phone = targetId === notification.ownerId ? await phones.find(queries, targetId) : undefined
      if (!phone?.verified || phone.number === undefined) return
      const { title, body } = notificationText(notification, { language: phone.language, basePath: '' })
      const kakaoOptions = { pfId, templateId, variables: { '#{title}': title, '#{body}': body }, disableSms: true }
      const customFields = { notificationId: notification.id }
      await solapi.send('alimtalk', { to: phone.number, type: 'ATA', kakaoOptions, customFields }, signal)
    },
  }
}

async function targetsOf(phones: PhoneStore, tx: Queries, ownerId: string): Promise<string[]> {
  return (await phones.hasVerified(tx, ownerId)) ? [ownerId] : []
}
