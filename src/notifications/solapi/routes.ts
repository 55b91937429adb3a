import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Database } from '../../db/client.ts'
import type { Language } from '../../http/language.ts'
import { Damaged } from '../../tasks/http/api-schemas.ts'
import { channelNotOffered, codeNotSent, noCodeAwaited, notAMobileNumber, tooManyCodes, wrongCode } from '../errors.ts'
import { onlyIf } from '../only-if-offered.ts'
import type { Solapi } from './client.ts'
import { masked, mobileNumber } from './number.ts'
import { codeMinutes, type PhoneStore, type StoredPhone } from './phone-store.ts'

const PhoneSchema = Type.Object({
  number: Type.String({ description: 'Masked. Empty if it is damaged.' }),
  verified: Type.Boolean({ description: 'No message is sent before.' }),
  damaged: Damaged,
})

const PhoneAnswer = Type.Object({ offered: Type.Boolean(), phone: Type.Union([PhoneSchema, Type.Null()]) })

const common = { tags: ['notifications'] }

/** The time for sending a code. */
const sendTimeoutMs = 15_000

export interface PhoneRoutesOptions {
  /** Undefined: not offered. */
  solapi: Solapi | undefined
  database: Database
  phones: PhoneStore
}

/** The owner's phone number, and the code that verifies it. */
export const phoneRoutes: FastifyPluginAsyncTypebox<PhoneRoutesOptions> = async (app, options) => {
  const { solapi, database, phones } = options
  const answer = (phone: StoredPhone | undefined) => ({
    offered: solapi !== undefined,
    phone: phone ? view(phone) : null,
  })

  app.get(
    '/api/phone-number',
    { schema: { ...common, summary: 'Your phone number', response: { 200: PhoneAnswer } } },
    async ({ ownerId }) => answer(await phones.find(database.queries, ownerId)),
  )

  app.put(
    '/api/phone-number',
    {
      onRequest: onlyIf(solapi !== undefined),
      schema: {
        ...common,
        summary: 'Get notified by text message',
        description: `Sends a code there, good for ${codeMinutes} minutes (202). A number that is verified stays so (200).`,
        body: Type.Object(
          {
            number: Type.String({ minLength: 1, maxLength: 30, description: 'A Korean mobile number.' }),
            language: Type.Enum(['ko', 'en'], { default: 'ko' }),
          },
          { additionalProperties: false },
        ),
        response: { 200: PhoneAnswer, 202: PhoneAnswer },
      },
    },
    async ({ ownerId, body, log }, reply) => {
      if (!solapi) throw channelNotOffered()
      const number = mobileNumber(body.number)
      if (number === undefined) throw notAMobileNumber()
      const begun = await phones.begin(ownerId, number, body.language)
      if (begun.kind === 'too-many') throw tooManyCodes(begun.retryAfterSeconds)
      if (begun.kind === 'code') {
        const text = codeText(begun.code, body.language)
        try {
          await solapi.send('sms', { to: number, text, type: 'SMS' }, AbortSignal.timeout(sendTimeoutMs))
        } catch (error) {
          log.warn({ err: error }, 'a code was not sent')
          throw codeNotSent()
        }
      }
      reply.code(begun.kind === 'code' ? 202 : 200)
      return answer(await phones.find(database.queries, ownerId))
    },
  )

  app.post(
    '/api/phone-number/verification',
    {
      onRequest: onlyIf(solapi !== undefined),
      schema: {
        ...common,
        summary: 'Give the code that came',
        body: Type.Object(
          { code: Type.String({ maxLength: 6, pattern: '^\\d{6}$' }) },
          { additionalProperties: false },
        ),
        response: { 200: PhoneAnswer },
      },
    },
    async ({ ownerId, body }) => {
      const verification = await phones.verify(ownerId, body.code)
      if (verification.kind === 'none') throw noCodeAwaited()
      if (verification.kind === 'wrong') throw wrongCode(verification.triesLeft)
      return answer(verification.phone)
    },
  )

  app.delete(
    '/api/phone-number',
    {
      schema: {
        ...common,
        summary: 'Stop text messages',
        description: 'Also when there is none.',
        response: { 204: Type.Null() },
      },
    },
    async ({ ownerId }, reply) => {
      await phones.remove(database.queries, ownerId)
      return reply.code(204).send(null)
    },
  )
}

/** No message is sent to a damaged number; giving the number again repairs it. */
function view({ number, verified }: StoredPhone) {
  return number === undefined ? { number: '', verified, damaged: true as const } : { number: masked(number), verified }
}

/** Short enough for an SMS. */
function codeText(code: string, language: Language): string {
  return language === 'ko' ? `[Conch] 인증번호 ${code} (${codeMinutes}분)` : `[Conch] Code ${code} (${codeMinutes} min)`
}
