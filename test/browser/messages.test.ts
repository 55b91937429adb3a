import t from 'tap'
import * as chat from '../../public/chat/messages.js'
import { en, ko } from '../../public/i18n.js'
import * as library from '../../public/library/messages.js'
import * as shared from '../../public/messages.js'
import * as channels from '../../public/notifications/channel-messages.js'
import * as operations from '../../public/operations/messages.js'
import * as quizzes from '../../public/quizzes/messages.js'
import * as records from '../../public/records/messages.js'
import * as recordForm from '../../public/records/write/messages.js'
import * as reviews from '../../public/reviews/messages.js'
import * as start from '../../public/start/messages.js'

const sections = Object.entries({
  start: start.ko,
  records: { ...records.ko, ...recordForm.ko },
  reviews: reviews.ko,
  chat: chat.ko,
  quizzes: quizzes.ko,
  library: library.ko,
  notifications: channels.ko,
  operations: operations.ko,
})

t.test('no section takes the place of the words of another', async t => {
  for (const [section, words] of sections) {
    for (const key of Object.keys(words)) t.ok(key.startsWith(`${section}.`), key)
  }
  for (const key of Object.keys(shared.ko))
    t.notOk(
      sections.some(([section]) => key.startsWith(`${section}.`)),
      key,
    )
})

t.test('both languages name the same things', async t => {
  const named = (words: string) => Array.from(words.matchAll(/\{\w+\}/g), String).sort()
  for (const key of Object.keys(ko) as (keyof typeof ko)[]) t.same(named(en[key]), named(ko[key]), key)
})
