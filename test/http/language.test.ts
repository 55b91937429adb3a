import t from 'tap'
import { languageOf } from '../../src/http/language.ts'

const of = (acceptLanguage: string | undefined, chosen?: string) =>
  languageOf({
    headers: { 'accept-language': acceptLanguage },
    cookies: chosen === undefined ? {} : { conch_language: chosen },
  })

t.test('Korean where it is the first language of the browser, else English', async t => {
  for (const header of ['ko', 'ko-KR,ko;q=0.9,en;q=0.8', ' KO', 'ko_KR', 'ko-KR@posix'])
    t.equal(of(header), 'ko', header)
  for (const header of ['en-GB,ko;q=0.9', 'kok', 'C', '', '*', undefined]) t.equal(of(header), 'en', String(header))
})

t.test('what was chosen on the pages goes before; anything else in the cookie does not count', async t => {
  t.equal(of('ko', 'en'), 'en')
  t.equal(of('en', 'ko'), 'ko')
  for (const chosen of ['', 'de', 'constructor', 'ko;']) t.equal(of('en', chosen), 'en', chosen)
})

t.test('where no plugin reads cookies the browser decides', async t => {
  t.equal(languageOf({ headers: { 'accept-language': 'ko' } } as Parameters<typeof languageOf>[0]), 'ko')
})
