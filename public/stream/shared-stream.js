import { addressOf } from '../base-path.js'
import { watchAwake } from './awake.js'
import { Connection } from './connection.js'
import { FollowList, sayAgainMs } from './follow-list.js'
import { Lease } from './lease.js'

/**
 * What a browser's tabs get over the one connection that they share: the events of their owner, and those of the tasks that each
 * of them follows.
 *
 * @typedef {{ type: 'data-unread', data: { unread: number } }
 *   | { type: 'data-task', id: string, data: import('../task-changes.js').TaskChange }
 *   | { type: 'data-notification', id: string, data: import('../notifications/api.js').Notification }
 *   | { type: 'data-reset' }} OwnerChunk
 *
 * @typedef {object} TaskReader
 * @property {(chunk: Record<string, any>) => void} onChunk of the task's stream
 * @property {(end: 'done' | 'not-found' | 'no-room') => void} onEnd nothing more comes
 *
 * @typedef {{ cursor?: string, chunk?: Record<string, any>, end?: 'done' | 'not-found' | 'no-room' }} Followed
 * @typedef {import('./connection.js').ConnectionState} ConnectionState
 *
 * @typedef {import('./lease.js').LeaseMessage
 *   | { type: 'want', wanted: import('./follow-list.js').Wanted, again?: string }
 *   | { type: 'look', sure: boolean }
 *   | { type: 'state', state: ConnectionState }
 *   | { type: 'owner', cursor?: string, chunk: OwnerChunk }
 *   | { type: 'task', task: string, before?: string, followed: Followed }} Message
 */

/** All pages of one host share such names, also those of another Conch below another path. */
const channelName = () => `conch${addressOf('')}-stream`

/** Tabs that follow something in the same moment are one change of the address. */
const togetherMs = 30
/** What ends a task. */
const terminal = new Set(['finish', 'abort', 'error'])

/** A stream that said something within this, a ping and what it may be late, is alive. */
const aliveMs = 12_000

/**
 * One tab leads: it has the connection, and passes everything on. Each event of a task says which one was before it, so a tab that
 * missed one notices, and gets the task from its beginning: nothing is lost or shown twice, whichever tab leads.
 */
export class SharedStream {
  #id = Array.from(crypto.getRandomValues(new Uint8Array(8)), byte => byte.toString(16).padStart(2, '0')).join('')
  #channel = new BroadcastChannel(channelName())
  #list = new FollowList()
  /** @type {Map<string, { cursor?: string, readers: Set<TaskReader> }>} */
  #followed = new Map()
  /** @type {Set<(chunk: OwnerChunk) => void>} */
  #listeners = new Set()
  /** @type {Set<(state: ConnectionState) => void>} */
  #watchers = new Set()
  /** @type {Set<() => void>} */
  #awakers = new Set()
  /** @type {string | undefined} */
  #cursor
  /** @type {ConnectionState} */
  #state = 'opening'
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #opening
  #connection = new Connection({
    address: () => this.#address(),
    onMessage: event => this.#takeEvent(event),
    onState: state => this.#send({ type: 'state', state }),
  })
  /** @type {Lease} */
  #lease

  constructor() {
    this.#channel.onmessage = ({ data }) => this.#take(data.from, data.message)
    this.#lease = new Lease({
      id: this.#id,
      post: message => this.#post(message),
      changed: () => this.#onLeader(),
      stale: () => this.#connection.stale,
      visible: () => document.visibilityState === 'visible',
    })
    const endWatching = watchAwake(why => {
      this.#look(why !== 'visible')
      for (const onAwake of this.#awakers) onAwake()
    })
    const saying = setInterval(() => this.#want(), sayAgainMs)
    addEventListener('pagehide', () => {
      endWatching()
      clearInterval(saying)
      this.#leave()
    })
    addEventListener('pageshow', event => {
      // From the back-forward cache: its connection and its lease are gone.
      if (event.persisted) location.reload()
    })
  }

  /** @returns {ConnectionState} */
  get state() {
    return this.#state
  }

  /** The events of the owner. @param {(chunk: OwnerChunk) => void} onChunk @returns {() => void} ends it */
  listen(onChunk) {
    this.#listeners.add(onChunk)
    return () => this.#listeners.delete(onChunk)
  }

  /** @param {(state: ConnectionState) => void} onState called at once, too @returns {() => void} ends it */
  watch(onState) {
    this.#watchers.add(onState)
    onState(this.#state)
    return () => this.#watchers.delete(onState)
  }

  /** Calls back when something may have been missed without a sign. @param {() => void} onAwake @returns {() => void} ends it */
  onAwake(onAwake) {
    this.#awakers.add(onAwake)
    return () => this.#awakers.delete(onAwake)
  }

  /** The events of a task, from the first one on. @param {string} task @param {TaskReader} reader @returns {() => void} ends it */
  follow(task, reader) {
    const followed = this.#followed.get(task)
    if (followed) followed.readers.add(reader)
    else this.#followed.set(task, { readers: new Set([reader]) })
    if (followed) followed.cursor = undefined
    this.#want(followed && task)
    return () => {
      const { readers } = this.#followed.get(task) ?? { readers: new Set() }
      if (!readers.delete(reader) || readers.size > 0) return
      this.#followed.delete(task)
      this.#want()
    }
  }

  /** @param {Message} message */
  #post(message) {
    this.#channel.postMessage({ from: this.#id, message })
  }

  /** To all tabs, this one included. @param {Message} message */
  #send(message) {
    this.#post(message)
    this.#take(this.#id, message)
  }

  /** @param {string} from @param {Message} message */
  #take(from, message) {
    switch (message.type) {
      case 'ask':
        this.#lease.take(from, message)
        // A new tab has not heard how the connection is.
        return this.#lease.leads ? this.#post({ type: 'state', state: this.#state }) : undefined
      case 'lead':
        return this.#lease.take(from, message)
      case 'bye':
        if (this.#lease.leads) this.#takeWant(from, { wanted: {} })
        return this.#lease.take(from, message)
      case 'want':
        return this.#lease.leads ? this.#takeWant(from, message) : undefined
      case 'look':
        return this.#lease.leads ? this.#lookAt(message.sure) : undefined
    }
    // Another tab that has not heard yet that it leads no more.
    if (from !== this.#lease.leader) return
    if (message.type === 'state') this.#setState(message.state)
    else if (message.type === 'owner') this.#takeOwner(message)
    else this.#takeTask(message)
  }

  #onLeader() {
    clearTimeout(this.#opening)
    if (!this.#lease.leads) {
      this.#connection.close()
      this.#want()
      return
    }
    this.#list = new FollowList()
    this.#setState('opening')
    this.#want()
    this.#openSoon()
  }

  /** @param {string} [again] */
  #want(again) {
    const wanted = Object.fromEntries(Array.from(this.#followed, ([task, { cursor }]) => [task, cursor ?? null]))
    const message = /** @type {const} */ ({ type: 'want', wanted, again })
    if (this.#lease.leads) this.#takeWant(this.#id, message)
    else this.#post(message)
  }

  /** @param {string} from @param {{ wanted: import('./follow-list.js').Wanted, again?: string }} message */
  #takeWant(from, { wanted, again }) {
    const more = this.#list.want(from, wanted, again)
    // At once: to the server, a task on the stream is one that is being watched, of which it need not notify.
    const fewer = this.#list.forget()
    if (more || fewer) this.#openSoon()
  }

  #openSoon() {
    clearTimeout(this.#opening)
    this.#opening = setTimeout(() => {
      if (!this.#lease.leads) return
      this.#connection.open()
      for (const task of this.#list.left) this.#end(task, { end: 'no-room' })
    }, togetherMs)
  }

  /** @param {boolean} sure the connection did not survive */
  #look(sure) {
    if (this.#lease.leads) this.#lookAt(sure)
    else this.#post({ type: 'look', sure })
  }

  /** @param {boolean} sure */
  #lookAt(sure) {
    if (sure || this.#state !== 'live' || this.#connection.silentMs > aliveMs) this.#openSoon()
  }

  #address() {
    const query = new URLSearchParams()
    if (this.#cursor) query.set('after', this.#cursor)
    if (this.#list.query) query.set('follow', this.#list.query)
    return addressOf(`/api/me/events${query.size === 0 ? '' : `?${query}`}`)
  }

  /** @param {MessageEvent<string>} event */
  #takeEvent({ data, lastEventId }) {
    const chunk = JSON.parse(data)
    if (chunk.type !== 'data-followed') {
      // A connection that begins without a cursor sends nothing of what came before it.
      if (!this.#cursor) this.#send({ type: 'owner', chunk: { type: 'data-reset' } })
      this.#send({ type: 'owner', cursor: lastEventId || undefined, chunk })
      return
    }
    const { id: task, data: followed } = chunk
    if (followed.end) return this.#end(task, followed)
    const before = this.#list.cursorOf(task)
    this.#list.moveTo(task, followed.cursor)
    // The server leaves it out by itself: no reason to open the stream again.
    if (terminal.has(followed.chunk.type)) this.#list.end(task)
    this.#send({ type: 'task', task, before, followed })
  }

  /** @param {string} task @param {Followed} followed */
  #end(task, followed) {
    this.#list.end(task)
    this.#send({ type: 'task', task, followed })
  }

  /** @param {ConnectionState} state */
  #setState(state) {
    this.#state = state
    for (const watcher of this.#watchers) watcher(state)
  }

  /** @param {{ cursor?: string, chunk: OwnerChunk }} message */
  #takeOwner({ cursor, chunk }) {
    if (cursor) this.#cursor = cursor
    for (const listener of this.#listeners) listener(chunk)
  }

  /** @param {{ task: string, before?: string, followed: Followed }} message */
  #takeTask({ task, before, followed: { cursor, chunk, end } }) {
    const followed = this.#followed.get(task)
    if (!followed) return
    if (end) {
      this.#followed.delete(task)
      for (const reader of followed.readers) reader.onEnd(end)
      return
    }
    if (!chunk || (cursor !== undefined && cursor === followed.cursor)) return
    // A beginning fits all.
    if (before !== undefined && before !== followed.cursor) {
      followed.cursor = undefined
      this.#want(task)
      return
    }
    followed.cursor = cursor
    for (const reader of followed.readers) reader.onChunk(chunk)
  }

  #leave() {
    clearTimeout(this.#opening)
    this.#connection.close()
    this.#lease.leave()
    this.#channel.close()
  }
}
