import type { FastifyRequest } from 'fastify'

export type Language = 'ko' | 'en'

/** What a visitor has chosen on the pages: `public/settings.js` sets it. */
const cookieName = 'conch_language'

/** What the answer of `languageOf` depends on. */
export const languageVaries = ['accept-language', 'cookie'] as const

/** The language of a visitor: the chosen one, else Korean where it is the browser's first, else English. */
export function languageOf({ cookies, headers }: Pick<FastifyRequest, 'cookies' | 'headers'>): Language {
  // Where no plugin reads cookies there are none.
  const chosen = cookies?.[cookieName]
  if (chosen === 'ko' || chosen === 'en') return chosen
  return /^\s*ko(?![a-z])/i.test(headers['accept-language'] ?? '') ? 'ko' : 'en'
}
