/** How many deltas are joined at once. Until then each is a string of its own, of at least 24 bytes. */
const tailDeltas = 16

/** How many deltas a block has when nothing more is added to it. */
const blockDeltas = 64

/** Where a delta ends: its seq, and how long the text of the run is up to there. */
interface Boundary {
  readonly seq: number
  readonly end: number
}

/** Joined deltas, with the boundary of the last one. */
interface Block extends Boundary {
  readonly text: string
  readonly steps: Steps
}

/**
 * From each delta to the next, two numbers: by how much seq grows, and how many characters it has. In a string a number is
 * one character, of one or two bytes: of a record's texts, 1,500 deltas, they take 3 KB; in arrays of seqs and ends, 27.
 */
type Steps = string | readonly number[]

/**
 * The deltas of one output between two other events of the log, kept as text and the seq of each delta.
 *
 * Reading the text after a seq costs the text returned, not the number of events; a delta costs its characters and a few
 * bytes.
 */
export class DeltaRun {
  readonly #blocks: Block[] = []
  /** The deltas that are not in a block yet. */
  #tail: string[] = []
  #tailSteps: number[] = []
  #lastSeq = 0
  #end = 0

  append(seq: number, delta: string): void {
    this.#tail.push(delta)
    this.#tailSteps.push(seq - this.#lastSeq, delta.length)
    this.#lastSeq = seq
    this.#end += delta.length
    if (this.#tail.length === tailDeltas) this.#joinTail()
  }

  get text(): string {
    return this.#slice(0, this.#end)
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  has(seq: number): boolean {
    return seq > 0 && this.#split(boundary => boundary.seq <= seq).before.seq === seq
  }

  /**
   * The text of the deltas after `seq`, at most about `maxChars` characters but at least one delta, and the seq of the
   * last delta it holds; `undefined` when there is none.
   */
  after(seq: number, maxChars: number): { text: string; seq: number } | undefined {
    const { before, next } = this.#split(boundary => boundary.seq <= seq)
    if (!next) return undefined
    const last = this.#split(boundary => boundary.end <= Math.max(next.end, before.end + maxChars)).before
    return { text: this.#slice(before.end, last.end), seq: last.seq }
  }

  /** Moves the tail into the last block, or into a new one when that has enough. */
  #joinTail(): void {
    const last = this.#blocks.at(-1)
    const steps = packed(this.#tailSteps)
    const same = typeof last?.steps === 'string' && typeof steps === 'string' && last.steps.length < 2 * blockDeltas
    if (same) this.#blocks.pop()
    // Joined and not concatenated: a concatenated string keeps its pieces.
    const text = (same ? [last.text, ...this.#tail] : this.#tail).join('')
    this.#blocks.push({ seq: this.#lastSeq, end: this.#end, text, steps: same ? [last.steps, steps].join('') : steps })
    this.#tail = []
    this.#tailSteps = []
  }

  /** The last delta for which `holds`, which is true up to one of them, and the one after it. */
  #split(holds: (boundary: Boundary) => boolean): { before: Boundary; next?: Boundary } {
    const index = firstNot(this.#blocks, holds)
    let before: Boundary = this.#blocks[index - 1] ?? { seq: 0, end: 0 }
    const steps = this.#blocks[index]?.steps ?? this.#tailSteps
    for (let at = 0; at < steps.length; at += 2) {
      const next = { seq: before.seq + stepAt(steps, at), end: before.end + stepAt(steps, at + 1) }
      if (!holds(next)) return { before, next }
      before = next
    }
    return { before }
  }

  #slice(start: number, end: number): string {
    let text = ''
    let index = firstNot(this.#blocks, block => block.end <= start)
    let from = this.#blocks[index - 1]?.end ?? 0
    for (; from < end && index < this.#blocks.length; index++) {
      const block = this.#blocks[index] as Block
      text += block.text.slice(Math.max(0, start - from), end - from)
      from = block.end
    }
    return from < end ? text + this.#tail.join('').slice(Math.max(0, start - from), end - from) : text
  }
}

function packed(steps: readonly number[]): Steps {
  return steps.every(step => step <= 0xffff) ? String.fromCharCode(...steps) : steps
}

function stepAt(steps: Steps, index: number): number {
  return typeof steps === 'string' ? steps.charCodeAt(index) : (steps[index] as number)
}

/** Index of the first block for which `holds` is not true; it is for all before. Their number if there is none. */
function firstNot(blocks: readonly Block[], holds: (block: Block) => boolean): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(blocks[middle] as Block)) low = middle + 1
    else high = middle
  }
  return low
}
