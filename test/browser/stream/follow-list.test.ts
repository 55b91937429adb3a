import { install } from '@sinonjs/fake-timers'
import t from 'tap'
import { FollowList } from '../../../public/stream/follow-list.js'

t.test('what several tabs follow is on one list, each task once', async t => {
  const list = new FollowList()
  t.equal(list.query, '')
  t.ok(list.want('a', { x: null }))
  t.ok(list.want('b', { y: '1-4' }))
  t.equal(list.query, 'x;y@1-4')
  t.notOk(list.want('b', { y: '1-9' }), 'it goes on with what it follows')
  list.moveTo('x', '1-7')
  list.moveTo('z', '1-1')
  t.equal(list.query, 'x@1-7;y@1-4')
})

t.test('a tab that comes later gets the task from its beginning, and so do the others', async t => {
  const list = new FollowList()
  list.want('a', { x: null })
  t.notOk(list.want('b', { x: null }), 'nothing was passed on yet')
  list.moveTo('x', '1-7')
  t.ok(list.want('c', { x: null }))
  t.equal(list.query, 'x')
  list.moveTo('x', '1-9')
  t.notOk(list.want('d', { x: '1-9' }), 'which has the same')
  t.ok(list.want('d', { x: '1-9' }, 'x'), 'which missed something')
  t.equal(list.query, 'x')
})

t.test('a task that no tab wants, or that has ended, is left out', async t => {
  const list = new FollowList()
  list.want('a', { x: null, y: null })
  list.want('b', { x: null })
  t.notOk(list.forget())
  list.want('a', {})
  t.ok(list.forget())
  t.equal(list.query, 'x')
  list.end('x')
  t.equal(list.query, '')
  t.ok(list.want('b', { x: null }), 'until it is wanted again')
})

t.test('a tab that says nothing any more is forgotten', t => {
  const clock = install({ toFake: ['performance'] })
  t.teardown(() => clock.uninstall())
  const list = new FollowList()
  list.want('a', { x: null })
  list.want('b', { y: null })
  for (let minutes = 0; minutes < 3; minutes++) {
    clock.tick(60_000)
    list.want('b', { y: null })
    list.forget()
  }
  t.equal(list.query, 'y')
  t.end()
})

t.test('there is room for 30 tasks, of 50 tabs', async t => {
  const list = new FollowList()
  const ids = Array.from({ length: 40 }, (_, index) => `task-${index}`)
  for (const id of ids) list.want(id, { [id]: null })
  t.same(list.query.split(';'), ids.slice(10))
  t.same(list.left, ids.slice(0, 10))
  for (let tab = 0; tab < 60; tab++) list.want(`t${tab}`, { [`of-${tab}`]: null })
  list.forget()
  t.equal(list.left.length + list.query.split(';').length, 50, 'the tabs heard of last')
})
