import { EventEmitter, on } from 'node:events'
import t, { type Test } from 'tap'
import { SharedStream } from '../../../public/stream/shared-stream.js'

/** An EventSource whose server is the test. */
class Source {
  static CLOSED = 2
  readyState = 0
  onopen = () => {}
  onmessage = (_event: unknown) => {}
  onerror = () => {}
  readonly #query: URLSearchParams

  constructor(address: string) {
    this.#query = new URL(address, 'http://conch').searchParams
  }

  get follows(): string | null {
    return this.#query.get('follow')
  }

  get after(): string | null {
    return this.#query.get('after')
  }

  addEventListener(): void {}

  close(): void {
    this.onmessage = () => {}
    this.onopen = () => {}
  }

  opens(): void {
    this.readyState = 1
    this.onopen()
  }

  sends(chunk: object, lastEventId = ''): void {
    this.onmessage({ data: JSON.stringify(chunk), lastEventId })
  }

  tells(task: string, events: [cursor: string, what: string][]): void {
    for (const [cursor, what] of events) {
      const chunk = what === 'start' ? { type: 'start' } : { type: 'text-delta', delta: what }
      this.sends({ type: 'data-followed', id: task, data: { cursor, chunk } })
    }
  }
}

t.test('a tab that comes later hears how the connection is, and opens none', async t => {
  const { tab, sources } = browser(t)
  const one = tab()
  await one.until(() => sources.length === 1)
  sources[0]?.opens()
  await one.until(() => one.state === 'live')
  const two = tab()
  await two.until(() => two.state === 'live')
  sources[0]?.sends({ type: 'data-unread', data: { unread: 3 } }, '0-1')
  await two.until(() => two.owner.includes('data-unread'))
  t.equal(sources.length, 1)
})

t.test('two tabs with one task have all of it, in order, each once', async t => {
  const { tab, sources, newest } = browser(t)
  const one = tab()
  await one.until(() => sources.length === 1)
  one.follow('x')
  await one.until(() => newest()?.follows === 'x')
  newest()?.opens()
  newest()?.tells('x', [
    ['1-1', 'start'],
    ['1-2', '가'],
  ])
  await one.until(() => one.text === '가')
  const two = tab()
  two.follow('x')
  await one.until(() => newest()?.follows === 'x' && sources.length === 3)
  newest()?.opens()
  newest()?.tells('x', [
    ['1-1', 'start'],
    ['1-2', '가'],
    ['1-3', '나'],
  ])
  for (const tab of [one, two]) await tab.until(() => tab.text === '가나')
  newest()?.tells('x', [['1-4', '다']])
  for (const tab of [one, two]) await tab.until(() => tab.text === '가나다')
})

t.test('a tab that missed an event gets the task from its beginning', async t => {
  const { tab, sources, newest, forge } = browser(t)
  const one = tab()
  await one.until(() => sources.length === 1)
  const two = tab()
  two.follow('x')
  await one.until(() => newest()?.follows === 'x')
  newest()?.opens()
  newest()?.tells('x', [
    ['1-1', 'start'],
    ['1-2', '가'],
  ])
  await two.until(() => two.text === '가')
  // As if the event between them had never come.
  forge({
    type: 'task',
    task: 'x',
    before: '1-3',
    followed: { cursor: '1-4', chunk: { type: 'text-delta', delta: '다' } },
  })
  await one.until(() => sources.length === 3)
  t.equal(newest()?.follows, 'x', 'without its cursor')
  t.equal(two.text, '가', 'what does not fit is not shown')
})

t.test('when the leader goes, another tab goes on from the cursors', async t => {
  const { tab, sources, newest } = browser(t)
  const one = tab()
  await one.until(() => sources.length === 1)
  const two = tab()
  two.follow('x')
  await one.until(() => newest()?.follows === 'x')
  newest()?.opens()
  newest()?.sends({ type: 'data-unread', data: { unread: 0 } }, '4-1')
  newest()?.tells('x', [
    ['1-1', 'start'],
    ['1-2', '가'],
  ])
  await two.until(() => two.text === '가')
  const before = newest()
  one.leaves()
  await two.until(() => newest() !== before)
  t.equal(newest()?.follows, 'x@1-2')
  t.equal(newest()?.after, '4-1')
  newest()?.opens()
  newest()?.tells('x', [['1-3', '나']])
  await two.until(() => two.text === '가나')
})

/** The tabs of a browser, whose server is the test: without pages, with the channel of Node. */
function browser(t: Test) {
  const sources: Source[] = []
  const happens = new EventEmitter()
  const hides: (() => void)[] = []
  const forging = new BroadcastChannel('conch-stream')
  let leader = ''
  forging.onmessage = event => {
    const { from, message } = (event as MessageEvent).data
    if (message.type === 'lead') leader = from
  }
  const globals = globalThis as unknown as Record<string, unknown>
  const stubs = {
    EventSource: class extends Source {
      constructor(address: string) {
        super(address)
        sources.push(this)
        happens.emit('something')
      }
    },
    document: {
      documentElement: { dataset: {} },
      visibilityState: 'visible',
      addEventListener() {},
      removeEventListener() {},
    },
    addEventListener: (name: string, listener: () => void) => void (name === 'pagehide' && hides.push(listener)),
    removeEventListener() {},
  }
  const before = Object.fromEntries(Object.keys(stubs).map(name => [name, globals[name]]))
  Object.assign(globals, stubs)
  t.teardown(() => {
    for (const hide of hides) hide()
    forging.close()
    Object.assign(globals, before)
  })
  return {
    sources,
    newest: () => sources.at(-1),
    /** Says something in the name of the tab that leads. */
    forge: (message: unknown) => forging.postMessage({ from: leader, message }),
    tab() {
      const stream = new SharedStream()
      const leaves = hides.at(-1) as () => void
      const owner: string[] = []
      let text = ''
      stream.listen(({ type }) => {
        owner.push(type)
        happens.emit('something')
      })
      stream.watch(() => happens.emit('something'))
      return {
        owner,
        leaves: () => {
          hides.splice(hides.indexOf(leaves), 1)
          leaves()
        },
        get state() {
          return stream.state
        },
        get text() {
          return text
        },
        follow: (task: string) =>
          stream.follow(task, {
            onChunk(chunk) {
              text = chunk.type === 'start' ? '' : text + chunk.delta
              happens.emit('something')
            },
            onEnd() {},
          }),
        async until(condition: () => boolean) {
          if (condition()) return
          for await (const _ of on(happens, 'something')) if (condition()) return
        },
      }
    },
  }
}
