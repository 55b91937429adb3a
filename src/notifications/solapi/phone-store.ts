import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { and, asc, desc, eq, gt, isNotNull, lt, lte, or, sql } from 'drizzle-orm'
import { v7 as newUuid } from 'uuid'
import type { Database, Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import { serverSecret } from '../../db/server-secret.ts'
import type { Language } from '../../http/language.ts'
import { phoneCodes, phoneNumbers } from './tables.ts'

export const codeMinutes = 10
export const codeTries = 5
/** For one owner, and to one number from all owners. */
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

/** Owners' phone numbers, and the codes that verify them. */
export class PhoneStore {
  readonly #database: Database
  readonly #cipher: Cipher
  readonly #allCodesPerHour: number

  /** @param allCodesPerHour to all numbers together: a user can make any number of owners, and each code costs money */
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
   * Stores the number, unverified, and returns the code to send; an earlier code is void. A number that is already verified
   * stays verified. The code counts whether or not it is sent in the end.
   */
  async begin(ownerId: string, number: string, language: Language): Promise<NewCode> {
    const key = await this.#key()
    const numberHash = keyed(key, `number ${number}`)
    return this.#database.queries.transaction(async tx => {
      // Without locks, several at once would all be under the limit. Always in this order, so that two never deadlock.
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

  /** Each try is counted before it is checked, so that concurrent tries cannot pass the limit. */
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
          // A code valid for longer than any was issued by a clock that has been set back.
          lte(phoneNumbers.codeExpiresAt, sql`now() + make_interval(mins => ${codeMinutes})`),
        ),
      )
      .returning()
    if (!row?.codeHash) return { kind: 'none' }
    const hash = keyed(key, `code ${ownerId} ${code}`)
    if (!timingSafeEqual(Buffer.from(hash), Buffer.from(row.codeHash)))
      return { kind: 'wrong', triesLeft: row.triesLeft }
    // Not if another number has replaced it meanwhile.
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

/** Seconds until another code may be sent; undefined: now. Deletes rows older than an hour. */
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
