import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { and, asc, desc, eq, gt, isNotNull, lt, lte, or, sql } from 'drizzle-orm'
import { v7 as newUuid } from 'uuid'
import type { Database, Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'
import type { Language } from '../text.ts'
import { phoneCodes, phoneNumbers } from './tables.ts'

export const codeMinutes = 10
export const codeTries = 5
/** Of an owner, and to a number, whoever asks. */
export const codesPerHour = 5

const hourMs = 3_600_000

export interface StoredPhone {
  /** Undefined when it can no longer be read. */
  number: string | undefined
  language: Language
  verified: boolean
}

export type NewCode =
  | { kind: 'verified-already' }
  | { kind: 'too-many'; retryAfterSeconds: number }
  | { kind: 'code'; code: string }

export type Verification =
  | { kind: 'verified'; phone: StoredPhone }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'none' }

/** Owners' phone numbers, and the codes that show them to be theirs. */
export class PhoneStore {
  readonly #database: Database
  readonly #cipher: Cipher
  readonly #allCodesPerHour: number

  /** @param allCodesPerHour to all numbers together: owners are as many as somebody wants, and each code is paid for */
  constructor(database: Database, cipher: Cipher, allCodesPerHour: number) {
    this.#database = database
    this.#cipher = cipher
    this.#allCodesPerHour = allCodesPerHour
  }

  async find(tx: Queries, ownerId: string): Promise<StoredPhone | undefined> {
    const [row] = await tx.select().from(phoneNumbers).where(eq(phoneNumbers.ownerId, ownerId))
    return row && this.#opened(row)
  }

  async hasVerified(tx: Queries, ownerId: string): Promise<boolean> {
    const rows = await tx
      .select({ ownerId: phoneNumbers.ownerId })
      .from(phoneNumbers)
      .where(and(eq(phoneNumbers.ownerId, ownerId), isNotNull(phoneNumbers.verifiedAt)))
    return rows.length > 0
  }

  /**
   * Keeps the number, unverified, and answers the code to send there; an earlier code is void. The number that is verified
   * already stays so. Counted whether or not the code is sent in the end.
   */
  async begin(ownerId: string, number: string, language: Language): Promise<NewCode> {
    const key = await this.#key()
    const numberHash = keyed(key, `number ${number}`)
    return this.#database.queries.transaction(async tx => {
      // Else several at once would all be under the limit. Always in this order, so that two never wait for each other.
      for (const lock of [`phone-codes`, `phone ${ownerId}`])
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`)
      const [row] = await tx.select().from(phoneNumbers).where(eq(phoneNumbers.ownerId, ownerId))
      if (row?.verifiedAt && this.#opened(row).number === number) {
        await tx.update(phoneNumbers).set({ language }).where(eq(phoneNumbers.ownerId, ownerId))
        return { kind: 'verified-already' as const }
      }
      const retryAfterSeconds = await waitFor(tx, ownerId, numberHash, this.#allCodesPerHour)
      if (retryAfterSeconds !== undefined) return { kind: 'too-many' as const, retryAfterSeconds }
      await tx.insert(phoneCodes).values({ id: newUuid(), ownerId, numberHash })
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      const values = {
        number: this.#cipher.seal(phoneNumbers.number, { row: ownerId, owner: ownerId }, number),
        language,
        codeHash: keyed(key, `code ${ownerId} ${code}`),
        codeExpiresAt: sql`now() + make_interval(mins => ${codeMinutes})`,
        triesLeft: codeTries,
        verifiedAt: null,
      }
      await tx
        .insert(phoneNumbers)
        .values({ ownerId, ...values })
        .onConflictDoUpdate({ target: phoneNumbers.ownerId, set: values })
      return { kind: 'code' as const, code }
    })
  }

  /** Each try is counted before it is judged, so that many at once are no more than many. */
  async verify(ownerId: string, code: string): Promise<Verification> {
    const key = await this.#key()
    const { queries } = this.#database
    const [row] = await queries
      .update(phoneNumbers)
      .set({ triesLeft: sql`${phoneNumbers.triesLeft} - 1` })
      .where(
        and(
          eq(phoneNumbers.ownerId, ownerId),
          isNotNull(phoneNumbers.codeHash),
          gt(phoneNumbers.triesLeft, 0),
          gt(phoneNumbers.codeExpiresAt, sql`now()`),
          // One that is good for longer than any was sent by a clock that has been set back.
          lte(phoneNumbers.codeExpiresAt, sql`now() + make_interval(mins => ${codeMinutes})`),
        ),
      )
      .returning()
    if (!row?.codeHash) return { kind: 'none' }
    const hash = keyed(key, `code ${ownerId} ${code}`)
    if (!timingSafeEqual(Buffer.from(hash), Buffer.from(row.codeHash)))
      return { kind: 'wrong', triesLeft: row.triesLeft }
    // Not if another number has taken its place meanwhile.
    const [verified] = await queries
      .update(phoneNumbers)
      .set({ verifiedAt: sql`now()`, codeHash: null, codeExpiresAt: null, triesLeft: 0 })
      .where(and(eq(phoneNumbers.ownerId, ownerId), eq(phoneNumbers.codeHash, row.codeHash)))
      .returning()
    return verified ? { kind: 'verified', phone: this.#opened(verified) } : { kind: 'none' }
  }

  async remove(tx: Queries, ownerId: string): Promise<boolean> {
    const gone = await tx
      .delete(phoneNumbers)
      .where(eq(phoneNumbers.ownerId, ownerId))
      .returning({ ownerId: phoneNumbers.ownerId })
    return gone.length > 0
  }

  #opened(row: typeof phoneNumbers.$inferSelect): StoredPhone {
    const number = this.#cipher.tryOpen(phoneNumbers.number, { row: row.ownerId, owner: row.ownerId }, row.number)
    return { number, language: row.language, verified: row.verifiedAt !== null }
  }

  async #key(): Promise<Buffer> {
    const make = () => randomBytes(32).toString('base64')
    return Buffer.from(await serverSecret(this.#database.queries, this.#cipher, 'phone-codes', make), 'base64')
  }
}

function keyed(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Seconds until another code may be sent; undefined: now. Forgets what is older than an hour. */
async function waitFor(
  tx: Queries,
  ownerId: string,
  numberHash: string,
  allCodesPerHour: number,
): Promise<number | undefined> {
  await tx.delete(phoneCodes).where(lt(phoneCodes.sentAt, sql`now() - interval '1 hour'`))
  const all = await tx
    .select({ sentAt: phoneCodes.sentAt })
    .from(phoneCodes)
    .orderBy(desc(phoneCodes.sentAt))
    .limit(allCodesPerHour)
  const sent = await tx
    .select()
    .from(phoneCodes)
    .where(or(eq(phoneCodes.ownerId, ownerId), eq(phoneCodes.numberHash, numberHash)))
    .orderBy(asc(phoneCodes.sentAt))
  const waits = [sent.filter(one => one.ownerId === ownerId), sent.filter(one => one.numberHash === numberHash)]
    .map((codes): { sentAt: Date } | undefined => codes.at(-codesPerHour))
    .concat(all.length >= allCodesPerHour ? [all.at(-1) ?? { sentAt: new Date() }] : [])
    .filter(oldest => oldest !== undefined)
    .map(({ sentAt }) => sentAt.getTime() + hourMs - Date.now())
  return waits.length === 0 ? undefined : Math.max(1, Math.ceil(Math.max(...waits) / 1000))
}
