import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { BatchReader, frame } from './frames.ts'
import { type FromThread, send, type ThreadSettings, type ToThread } from './messages.ts'
import { PreparedStatements } from './prepared.ts'

/**
 * The thread of the embedded database: PGlite computes here, and answers in Postgres' own protocol, one connection at a time. It is
 * started by `EmbeddedThread`.
 */
async function main(port: MessagePort): Promise<void> {
  const post = (message: FromThread) => port.postMessage(message)
  const { folder, startParams, compiled: before } = workerData as ThreadSettings
  const isNew = folder === undefined || !existsSync(join(folder, 'PG_VERSION'))
  const opened = await open(folder, startParams, before).catch(error => {
    // PGlite also throws values that are no errors.
    const { message, stack, code, syscall } = (
      error instanceof Error ? error : new Error(`PGlite failed: ${error}`)
    ) as NodeJS.ErrnoException
    post({ fault: { message, stack, code, syscall } })
  })
  if (!opened) return port.close()
  const { pglite, compiled } = opened
  if (isNew) collectGarbage()

  const server = new Server(pglite)
  port.on('message', (message: ToThread) => {
    if (message === 'close') return void pglite.close().then(() => port.close())
    const [connection, bytes] = message
    if (!bytes) return server.end(connection)
    const answers = server.answer(connection, bytes)
    if (answers.length > 0) send(port, connection, answers)
  })
  post({ compiled })
}

async function open(
  folder: string | undefined,
  startParams: readonly string[],
  before: WebAssembly.Module | undefined,
) {
  const compiled = before ?? (await WebAssembly.compile(await readFile(wasm)))
  const pglite = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    startParams: [...PGlite.defaultStartParams, ...startParams],
    pgliteWasmModule: compiled,
  })
  return { pglite, compiled }
}

const wasm = new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'))

/** What a server says to a client that it trusts: AuthenticationOk, and ReadyForQuery outside of a transaction. */
const welcome = Buffer.concat([frame('R', Buffer.alloc(4)), frame('Z', Buffer.from('I'))])

const rollback = Buffer.concat([frame('Q', Buffer.from('rollback\0'))])

/** The message that ends each answer: ReadyForQuery. */
const ready = 'Z'.charCodeAt(0)
const readyBytes = 6

/** The state in which PGlite waits for the next statement: the last byte of each answer. */
const outsideTransaction = 'I'.charCodeAt(0)

class Server {
  readonly #pglite: PGlite
  readonly #prepared: PreparedStatements
  /** Connections have ascending numbers. */
  #connection = 0
  #reader = new BatchReader()
  #state = outsideTransaction

  constructor(pglite: PGlite) {
    this.#pglite = pglite
    this.#prepared = new PreparedStatements(messages => this.#run(messages))
  }

  /** What the database says to these bytes; the first of a connection are a startup message, and end the connection before. */
  answer(connection: number, bytes: Uint8Array): Uint8Array[] {
    if (connection < this.#connection) return []
    if (connection === this.#connection) return this.#reader.add(bytes).map(batch => this.#prepared.run(batch))
    this.end(this.#connection)
    this.#connection = connection
    this.#reader = new BatchReader()
    return [welcome]
  }

  /** The connection has ended: what it began and did not commit is undone, and its statements are dropped. */
  end(connection: number): void {
    if (connection !== this.#connection) return
    if (this.#state !== outsideTransaction) this.#run(rollback)
    this.#prepared.dropNamed()
  }

  #run(messages: Uint8Array): Buffer {
    const chunks: Buffer[] = []
    // Its other methods parse each answer as well, and keep what they parse. The promise is about the file system of browsers.
    void this.#pglite.execProtocolRawStream(messages, {
      syncToFs: false,
      onRawData: bytes => chunks.push(Buffer.from(bytes)),
    })
    const answer = Buffer.concat(chunks)
    // PGlite swallows what its WebAssembly throws, an abort for want of memory say, and then does not end its answer.
    if (answer.length < readyBytes || answer[answer.length - readyBytes] !== ready)
      throw new Error('PGlite has aborted')
    this.#state = answer.at(-1) as number
    return answer
  }
}

/** Lets go of what made a new database, another PGlite of 300 MB: V8 sees few objects here, and would keep it for long. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  // Compiled code that V8 keeps is for the flags that are set.
  setFlagsFromString('--no-expose-gc')
}

if (!parentPort) throw new Error('this file is the main file of a thread')
await main(parentPort)
