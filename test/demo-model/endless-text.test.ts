import t from 'tap'
import { writeReply } from '../../src/demo-model/writer.ts'
import { summaryPrompt, turnPrompt } from '../../src/kinds/conversations/prompt.ts'
import { quizFormat, quizPrompt } from '../../src/kinds/quizzes/prompt.ts'
import { recordPrompt } from '../../src/kinds/records/prompt.ts'
import { reviewPrompt } from '../../src/kinds/reviews/prompt.ts'

// Whatever takes more than linear time for one of these takes minutes, and the file runs into its timeout.
const size = 1_000_000
const runs = [
  'ㅋ',
  '가',
  'a',
  ' ',
  '\n',
  '.',
  '?',
  '"',
  '“',
  '1',
  '🙂',
  '\ud800',
  '나는 ',
  '가는 ',
  '고, ',
  '사용자는 “',
  '제 이름은 ',
]
const texts = [
  ...runs.map(run => run.repeat(size / run.length)),
  '세종은 훈민정음을 만들었다. 강아지를 키우는 사람은 산책을 좋아한다. '.repeat(size / 40),
]

const kinds: Record<string, (text: string) => string> = {
  'a record': text => writeReply(recordPrompt({ category: 'subject', observations: text }, 0)),
  'a review': text => writeReply(reviewPrompt({ body: text, type: 'FEELING' })),
  'a turn': text =>
    writeReply(
      turnPrompt({
        summary: text,
        history: Array.from({ length: 500 }, (_, turn) => ({
          role: turn % 2 === 0 ? ('user' as const) : ('assistant' as const),
          content: text.slice(turn * 2000, (turn + 1) * 2000),
        })),
        content: `${text}\n제가 뭐라고 했죠?`,
      }),
    ),
  'a summary': text =>
    writeReply(
      summaryPrompt({
        previous: text,
        messages: [
          { role: 'user', content: text },
          { role: 'assistant', content: text },
        ],
      }),
    ),
  'a quiz': text => {
    const request = {
      topic: text,
      material: text,
      have: [text],
      questionCount: 20,
      choices: 6,
      difficulty: 'hard' as const,
    }
    return writeReply(quizPrompt(request), { type: 'json_schema', strict: true, ...quizFormat(request) })
  },
}

for (const [kind, write] of Object.entries(kinds)) {
  t.test(`${kind} of a text without end is written in no time`, async t => {
    for (const text of texts) {
      const reply = write(text)
      t.ok(reply.length > 0 && reply.length < 20_000)
      t.ok(reply.isWellFormed())
    }
  })
}
