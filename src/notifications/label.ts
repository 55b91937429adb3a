import type { FastifyBaseLogger } from 'fastify'
import { type Cipher, DecryptionFailed, type Sealed } from '../db/encrypted.ts'
import { notifications } from './schema.ts'
import type { ShownNotification } from './store.ts'

/** What a list can show of it. */
const maxCharacters = 80

const characters = new Intl.Segmenter('ko')

/** What owners call the things that their notifications are about: encrypted, and shown in the app alone. */
export class NotificationLabels {
  readonly #cipher: Cipher
  readonly #logger: FastifyBaseLogger

  constructor(cipher: Cipher, logger: FastifyBaseLogger) {
    this.#cipher = cipher
    this.#logger = logger
  }

  /** `undefined` where there is nothing to show. */
  seal(notificationId: string, label: string | undefined): Sealed<string> | undefined {
    const short = shortened(label ?? '')
    return short === '' ? undefined : this.#cipher.seal(notifications.label, notificationId, short)
  }

  /** Null of one that has none, and of one that cannot be read: the notification is there without it. */
  open({ id, label }: Pick<ShownNotification, 'id' | 'label'>): string | null {
    if (!label) return null
    try {
      return this.#cipher.open(notifications.label, id, label)
    } catch (error) {
      if (!(error instanceof DecryptionFailed)) throw error
      this.#logger.error({ err: error, notificationId: id }, 'the label of a notification cannot be read')
      return null
    }
  }
}

/** One line, cut between what readers see as characters. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  // As many as may be looked at: a character can be of any length.
  const seen = Array.from(characters.segment(line.slice(0, 20 * maxCharacters)), ({ segment }) => segment)
  return seen.length <= maxCharacters && line.length <= 20 * maxCharacters
    ? line
    : `${seen.slice(0, maxCharacters).join('').trimEnd()}…`
}
