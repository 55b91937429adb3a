import { type Frame, frame, strings, text } from './frames.ts'

/** Beyond it the least recently used one is forgotten. */
const maxPrepared = 200

/** Statements of many rows differ in their number of rows: one longer than this will hardly come again. */
const maxPreparedChars = 8_192

const parseComplete = frame('1')
const errorResponse = 'E'.charCodeAt(0)

/** Runs messages on the database, and returns its answer. */
type Run = (messages: Uint8Array) => Buffer

/**
 * Statements with parameters, by their text, parsed and planned once for many executions, and planned again when a table has been
 * analysed (see `Vacuum`). Parsing and planning the insertion of a small row takes four times as long as running it.
 *
 * Clients notice nothing: each sends a statement without a name, is answered as if it had been parsed, and it is parsed under a
 * name of ours only the first time.
 */
export class PreparedStatements {
  readonly #run: Run
  /** Names by text, in the order of their last use. */
  readonly #names = new Map<string, string>()
  /** Names of statements that the client of this connection prepares itself. */
  readonly #named = new Set<string>()
  #made = 0

  constructor(run: Run) {
    this.#run = run
  }

  /** How many are prepared. */
  get size(): number {
    return this.#names.size
  }

  /** Runs what a client sent for one statement, up to Sync. */
  run(batch: readonly Frame[]): Buffer {
    const bytes = () => Buffer.concat(batch.map(frame => frame.bytes))
    const [parse, bind] = batch
    if (parse?.type !== 'P' || bind?.type !== 'B') return this.#run(bytes())
    const { values, rest: types } = strings(parse, 2)
    const [name = '', statement = ''] = values
    if (name !== '') this.#named.add(name)
    // Types of parameters that a client gives belong to the statement as much as its text: none of ours gives any.
    if (name !== '' || types.length > 2 || parse.bytes.length > maxPreparedChars) return this.#run(bytes())

    const known = this.#names.get(statement)
    const own = known ?? `conch_${++this.#made}`
    const { values: portals, rest } = strings(bind, 2)
    const bound = frame('B', text(portals[0] as string), text(own), rest)
    const following = batch.slice(2).map(frame => frame.bytes)
    const answer = known
      ? Buffer.concat([parseComplete, this.#run(Buffer.concat([bound, ...following]))])
      : this.#run(Buffer.concat([frame('P', text(own), text(statement), types), bound, ...following]))
    this.#names.delete(statement)
    this.#names.set(statement, own)
    // The plan may be the reason: the table was altered since, say.
    if (failed(answer)) this.#forget(statement)
    else if (this.#names.size > maxPrepared) this.#forget(this.#names.keys().next().value as string)
    return answer
  }

  /** Drops what the client of a connection that ended has prepared. */
  dropNamed(): void {
    for (const name of this.#named) this.#drop(name)
    this.#named.clear()
  }

  #forget(statement: string): void {
    this.#drop(this.#names.get(statement) as string)
    this.#names.delete(statement)
  }

  /** No fault if there is none by that name. */
  #drop(name: string): void {
    this.#run(Buffer.concat([frame('C', Buffer.from('S'), text(name)), frame('S')]))
  }
}

/** Whether an answer has an error in it. */
function failed(answer: Buffer): boolean {
  for (let at = 0; at < answer.length; at += 1 + answer.readUInt32BE(at + 1))
    if (answer[at] === errorResponse) return true
  return false
}
