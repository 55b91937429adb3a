/** How many deltas are kept apart before they are joined into one string: bounds both the memory per delta and the copying. */
const joinEvery = 64

/**
 * The deltas of one output between two other events of the log, kept as text and the seq of each delta.
 *
 * Reading what came after a seq costs the text returned, not the number of events; a delta costs two numbers and its
 * characters.
 */
export class DeltaRun {
  #joined = ''
  #tail: string[] = []
  /** Seq of each delta, ascending, and the length of the text up to its end. */
  #seqs: number[] = []
  #ends: number[] = []

  append(seq: number, delta: string): void {
    const end = (this.#ends.at(-1) ?? 0) + delta.length
    this.#seqs.push(seq)
    this.#ends.push(end)
    this.#tail.push(delta)
    if (this.#tail.length === joinEvery) {
      this.#joined += this.#tail.join('')
      this.#tail = []
    }
  }

  get text(): string {
    return this.#joined + this.#tail.join('')
  }

  get lastSeq(): number {
    return this.#seqs.at(-1) ?? 0
  }

  has(seq: number): boolean {
    return this.#seqs[this.#countUpTo(seq) - 1] === seq
  }

  /**
   * The text of the deltas after `seq`, at most about `maxChars` characters but at least one delta, and the seq of the
   * last delta it holds; `undefined` when there is none.
   */
  after(seq: number, maxChars: number): { text: string; seq: number } | undefined {
    const from = this.#countUpTo(seq)
    if (from === this.#seqs.length) return undefined
    const start = from === 0 ? 0 : (this.#ends[from - 1] as number)
    const to = Math.max(from + 1, firstAbove(this.#ends, start + maxChars))
    return { text: this.#slice(from, to, start), seq: this.#seqs[to - 1] as number }
  }

  #slice(from: number, to: number, start: number): string {
    const firstInTail = this.#seqs.length - this.#tail.length
    if (from >= firstInTail) return this.#tail.slice(from - firstInTail, to - firstInTail).join('')
    const end = this.#ends[to - 1] as number
    const joined = this.#joined.slice(start, end)
    return to > firstInTail ? joined + this.#tail.slice(0, to - firstInTail).join('') : joined
  }

  #countUpTo(seq: number): number {
    return firstAbove(this.#seqs, seq)
  }
}

/** Index of the first element above `value` in an ascending list; its length if there is none. */
function firstAbove(ascending: readonly number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) > value) high = middle
    else low = middle + 1
  }
  return low
}
