import t from 'tap'
import type { Messages } from '../../public/chat/api.js'
import {
  type Conversation,
  conversationOf,
  refreshed,
  withEarlier,
  withMessage,
  withReply,
} from '../../public/chat/turns.js'

const at = '2026-01-01T00:00:00.000Z'
const head = { id: 'c', title: null, createdAt: at, updatedAt: at }

/** As the server has it: `1` is a turn that has its reply, `1…` one that has not. */
function answer(turns: string[], earlier: string | null = null): Messages {
  const messages = turns.flatMap(name => {
    const taskId = name.replace('…', '')
    const [content, status] = name === taskId ? [`${taskId}?`, 'completed' as const] : ['', 'running' as const]
    return [
      { role: 'user' as const, id: `${taskId}/user`, taskId, content: taskId, createdAt: at },
      { role: 'assistant' as const, id: taskId, taskId, content, createdAt: at, status, finishReason: null },
    ]
  })
  return { ...head, messages, earlier }
}

const names = ({ turns }: Conversation) =>
  turns.map(({ content, reply }) => (reply.status === 'completed' ? content : `${content}…`))

t.test('messages become turns with their replies', async t => {
  t.match(conversationOf(answer(['1', '2…'])).turns, [
    { taskId: '1', content: '1', reply: { status: 'completed', content: '1?' } },
    { taskId: '2', content: '2', reply: { status: 'running', content: '' } },
  ])
})

t.test('what is loaded again takes the place of what was there, and older messages stay before it', async t => {
  const all = withEarlier(conversationOf(answer(['3', '4'], '3')), answer(['1', '2']))
  t.same(names(all), ['1', '2', '3', '4'])
  t.equal(all.earlier, null)
  const again = refreshed(all, answer(['4', '5…'], '4'))
  t.same(names(again), ['1', '2', '3', '4', '5…'])
  t.equal(again.earlier, null, 'nothing comes before the first one')
})

t.test('when nothing of the old is among the new, only the new stays', async t => {
  const again = refreshed(conversationOf(answer(['1', '2'])), answer(['5', '6'], '5'))
  t.same(names(again), ['5', '6'])
  t.equal(again.earlier, '5')
  t.same(names(refreshed(again, answer([]))), [])
})

t.test('a reply that is being followed does not end by being loaded again', async t => {
  const running = conversationOf(answer(['1', '2…']))
  t.same(names(refreshed(running, answer(['1', '2']))), ['1', '2…'])
  t.same(names(refreshed(running, answer(['1']))), ['1'], 'but goes with its message')
  const ended = withReply(running, '2', { status: 'completed', content: '2?' })
  t.same(names(ended), ['1', '2'])
  t.same(names(refreshed(ended, answer(['1', '2…']))), ['1', '2…'], 'and may begin again')
})

t.test('a message is added at the end, or where the one was that it replaces', async t => {
  const three = conversationOf(answer(['1', '2', '3']))
  const message = { taskId: 'x', content: 'x', createdAt: at }
  t.same(names(withMessage(three, message)), ['1', '2', '3', 'x…'])
  t.same(names(withMessage(three, { ...message, replaces: '2' })), ['1', 'x…'])
})
