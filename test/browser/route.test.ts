import t from 'tap'
import { chatUrl, parseRoute, quizUrl, recordsUrl, reviewUrl, startUrl, taskUrl } from '../../public/route.js'

t.test('every place has its hash', async t => {
  for (const [hash, route] of [
    ['', { section: 'start' }],
    ['#', { section: 'start' }],
    [startUrl, { section: 'start' }],
    [recordsUrl, { section: 'records', page: 'write' }],
    [taskUrl('0198-a'), { section: 'records', page: 'task', taskId: '0198-a' }],
    ['#history', { section: 'records', page: 'history' }],
    ['#reviews', { section: 'reviews' }],
    [reviewUrl('0198-a'), { section: 'reviews', taskId: '0198-a' }],
    ['#chat', { section: 'chat' }],
    [chatUrl('0198-a'), { section: 'chat', conversationId: '0198-a' }],
    ['#quizzes', { section: 'quizzes' }],
    ['#library', { section: 'library' }],
    [quizUrl('0198-a'), { section: 'quizzes', taskId: '0198-a' }],
  ] as const) {
    t.match(parseRoute(hash), route, hash)
  }
})

t.test('a hash that names no place leads to the start', async t => {
  for (const hash of ['#nothing', '#task', '#task=', '#task=<b>', '#task=1=2', '#review/1', '#__proto__']) {
    t.same(parseRoute(hash), { section: 'start' }, hash)
  }
})
