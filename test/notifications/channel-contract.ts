import type { Test } from 'tap'
import { v7 as uuidv7 } from 'uuid'
import type { Queries } from '../../src/db/client.ts'
import { PermanentFault } from '../../src/events/handler.ts'
import { loggableError } from '../../src/loggable-error.ts'
import type { Channel } from '../../src/notifications/channel.ts'
import type { Notification } from '../../src/notifications/notification.ts'

export interface ContractSetup {
  channel: Channel
  queries: Queries
  owner: string
  targetId: string
  /** What the other side received, one entry per request. */
  received: unknown[]
  /** How the other side answers from now on. */
  answer(how: 'ok' | 'transient' | 'permanent' | 'hang'): void
  removeTarget(): Promise<void>
  /** What must never stand in an error or in the log: endpoint, keys, number, URL, secret. */
  secrets: string[]
}

export function notificationFor(ownerId: string, members: Partial<Notification> = {}): Notification {
  const [id, taskId] = [uuidv7(), uuidv7()]
  return { id, ownerId, kind: 'quiz.ready', taskId, taskKind: 'quiz', createdAt: new Date(), ...members }
}

/** What every channel that leads out of here must do. */
export function channelContract(t: Test, name: string, setup: (t: Test) => Promise<ContractSetup>): void {
  t.test(`${name}: the contract of a channel`, async t => {
    const { channel, queries, owner, targetId, received, answer, removeTarget, secrets } = await setup(t)
    const going = new AbortController().signal
    const send = (signal = going) => channel.send(notificationFor(owner), targetId, signal)
    const harmless = (t: Test, error: unknown) => {
      const logged = JSON.stringify(loggableError(error as Error))
      for (const secret of secrets) t.notOk(logged.includes(secret), 'nothing secret is told')
    }

    await t.test('an owner has targets, another none', async t => {
      t.same(await channel.targets(queries, owner), [targetId])
      t.same(await channel.targets(queries, uuidv7()), [])
    })

    await t.test('a notification is sent once', async t => {
      await send()
      t.equal(received.length, 1)
    })

    await t.test('what may go better another time is an ordinary error', async t => {
      answer('transient')
      const error = await send().then(
        () => t.fail('it was not sent'),
        error => error,
      )
      t.type(error, Error)
      t.notOk(error instanceof PermanentFault)
      harmless(t, error)
    })

    await t.test('what never will is a permanent fault', async t => {
      answer('permanent')
      const error = await send().then(
        () => t.fail('it was not sent'),
        error => error,
      )
      t.type(error, PermanentFault)
      harmless(t, error)
    })

    await t.test('who stops need not wait for the other side', async t => {
      answer('hang')
      const before = received.length
      const stop = new AbortController()
      const sending = send(stop.signal)
      sending.catch(() => {})
      while (received.length === before) await new Promise(resolve => setImmediate(resolve))
      stop.abort()
      const error = await sending.then(
        () => t.fail('it was not sent'),
        error => error,
      )
      t.notOk(error instanceof PermanentFault)
      harmless(t, error)
    })

    await t.test('of a target that has gone nobody is told', async t => {
      answer('ok')
      const before = received.length
      await removeTarget()
      await send()
      t.equal(received.length, before)
      t.same(await channel.targets(queries, owner), [])
    })
  })
}
