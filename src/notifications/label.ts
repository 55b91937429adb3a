import type { Cipher, Sealed } from '../db/encrypted.ts'
import type { ShownNotification } from './store.ts'
import { notifications } from './tables.ts'

/** The length that a list can show. */
const maxCharacters = 80

const characters = new Intl.Segmenter('ko')

/** The owners' names for what their notifications are about: encrypted, and shown in the app alone. */
export class NotificationLabels {
  readonly #cipher: Cipher

  constructor(cipher: Cipher) {
    this.#cipher = cipher
  }

  /** `undefined` where there is nothing to show. */
  seal({ id, ownerId }: { id: string; ownerId: string }, label: string | undefined): Sealed<string> | undefined {
    const short = shortened(label ?? '')
    return short === '' ? undefined : this.#cipher.seal(notifications.label, { row: id, owner: ownerId }, short)
  }

  /** Null if it has none; undefined if it can no longer be read: the notification is shown without it. */
  open({ id, ownerId, label }: Pick<ShownNotification, 'id' | 'ownerId' | 'label'>): string | null | undefined {
    return label && this.#cipher.tryOpen(notifications.label, { row: id, owner: ownerId }, label)
  }
}

/** One line, cut between what readers see as characters. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  // At most this many code units are read: a character can be of any length.
  const seen = Array.from(characters.segment(line.slice(0, 20 * maxCharacters)), ({ segment }) => segment)
  return seen.length <= maxCharacters && line.length <= 20 * maxCharacters
    ? line
    : `${seen.slice(0, maxCharacters).join('').trimEnd()}…`
}
