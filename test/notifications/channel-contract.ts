import type { Test } from 'tap'
import { v7 as newUuid } from 'uuid'
import type { Queries } from '../../src/db/client.ts'
import { PermanentFault } from '../../src/domain-events/handler.ts'
import type { Channel } from '../../src/notifications/channel.ts'
import type { Notification } from '../../src/notifications/notification.ts'
import { type Received, type startReceiver, status } from '../support/receiver.ts'

export interface ChannelUnderTest {
  channel: Channel
  queries: Queries
  receiver: Awaited<ReturnType<typeof startReceiver>>
  /** Makes the owner reachable. Returns what is secret or the owner's: no error may contain it. */
  configure(ownerId: string): Promise<readonly string[]>
  forget(ownerId: string): Promise<void>
  /** Whether the other side accepts the request, and it carries this notification. */
  check(t: Test, request: Received, notification: Notification): Promise<void>
  /** Statuses by which the other side ends the target: the target is removed, nothing is thrown. */
  endedBy: readonly number[]
}

export function notificationFor(ownerId: string): Notification {
  const [id, taskId] = [newUuid(), newUuid()]
  return { id, ownerId, kind: 'quiz.ready', taskId, taskKind: 'quiz', createdAt: new Date() }
}

/** What every channel to servers outside must do. */
export function channelContract(t: Test, under: ChannelUnderTest): void {
  const { channel, queries, receiver, configure, forget, check, endedBy } = under
  const never = new AbortController().signal

  const reachable = async () => {
    receiver.received.length = 0
    receiver.answer()
    const ownerId = newUuid()
    const secrets = await configure(ownerId)
    const [target = ''] = await channel.targets(queries, ownerId)
    return { ownerId, target, secrets: [...secrets, ownerId, receiver.url, '127.0.0.1'] }
  }
  const faultOf = async (answer: Parameters<typeof receiver.answer>[0]) => {
    const { ownerId, target, secrets } = await reachable()
    receiver.answer(answer)
    const fault = await channel.send(notificationFor(ownerId), target, never).catch((error: Error) => error)
    t.ok(fault instanceof Error, 'it throws')
    for (const secret of secrets) t.notOk(`${(fault as Error).stack} ${(fault as Error).cause}`.includes(secret))
    t.equal(receiver.received.length, 1, 'and does not retry by itself')
    t.same(await channel.targets(queries, ownerId), [target], 'the target stays')
    return fault
  }

  t.test('sends once a notification that the other side accepts', async t => {
    const { ownerId, target } = await reachable()
    const notification = notificationFor(ownerId)
    await channel.send(notification, target, never)
    t.equal(receiver.received.length, 1)
    await check(t, receiver.received[0] as Received, notification)
  })

  t.test('an owner who did not ask for it, or no longer does, gets nothing', async t => {
    t.same(await channel.targets(queries, newUuid()), [])
    const { ownerId, target } = await reachable()
    await forget(ownerId)
    t.same(await channel.targets(queries, ownerId), [])
    await channel.send(notificationFor(ownerId), target, never)
    await channel.send(notificationFor(newUuid()), (await reachable()).target, never)
    t.equal(receiver.received.length, 0)
  })

  t.test('ends with its signal, before and while it waits for the answer', async t => {
    const { ownerId, target } = await reachable()
    await t.rejects(channel.send(notificationFor(ownerId), target, AbortSignal.abort()), { name: 'AbortError' })
    t.equal(receiver.received.length, 0)
    receiver.answer(() => {})
    const stop = new AbortController()
    const sent = channel.send(notificationFor(ownerId), target, stop.signal)
    const arrived = receiver.arrived()
    await Promise.all([t.rejects(sent, { name: 'AbortError' }), arrived.then(() => stop.abort())])
  })

  t.test('a fault that may pass is an ordinary error', async t => {
    for (const code of [408, 429, 500, 503])
      t.notOk((await faultOf(status(code))) instanceof PermanentFault, String(code))
    t.notOk((await faultOf((_, response) => void response.destroy())) instanceof PermanentFault, 'a cut connection')
  })

  t.test('a fault that will not pass is a PermanentFault; redirects are not followed', async t => {
    for (const answer of [status(400), status(403), status(302, { location: `${receiver.url}/elsewhere` })])
      t.ok((await faultOf(answer)) instanceof PermanentFault)
  })

  t.test('a target that the other side ends is removed', async t => {
    for (const code of endedBy) {
      const { ownerId, target } = await reachable()
      receiver.answer(status(code))
      await channel.send(notificationFor(ownerId), target, never)
      t.same(await channel.targets(queries, ownerId), [], String(code))
    }
  })
}
