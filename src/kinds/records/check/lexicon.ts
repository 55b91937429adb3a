interface Node {
  readonly next: Map<number, Node>
  /** Numbers of the entries whose word ends here. */
  readonly entries: number[]
}

/**
 * Finds many words in a text at once. A blank in a word may be missing in the text: `모의 고사` is `모의고사`, too.
 *
 * The work is linear: at each place of the text it takes at most as many steps as the longest word has letters.
 */
export class Lexicon {
  readonly #root = node()

  /** @param words those of entry 0, 1, 2 ...; lower case */
  constructor(words: readonly (readonly string[])[]) {
    for (const [entry, spellings] of words.entries())
      for (const spelling of spellings) for (const word of withoutSomeBlanks(spelling)) this.#add(word, entry)
  }

  /** Calls back for each word that begins at `start`. @returns how many steps it took */
  at(text: string, start: number, found: (entry: number, end: number) => void): number {
    let here = this.#root
    let index = start
    for (; index < text.length; index++) {
      const next = here.next.get(text.charCodeAt(index))
      if (next === undefined) break
      here = next
      for (const entry of here.entries) found(entry, index + 1)
    }
    return index - start + 1
  }

  #add(word: string, entry: number): void {
    let here = this.#root
    for (let index = 0; index < word.length; index++) {
      const letter = word.charCodeAt(index)
      const next = here.next.get(letter) ?? node()
      here.next.set(letter, next)
      here = next
    }
    if (!here.entries.includes(entry)) here.entries.push(entry)
  }
}

function node(): Node {
  return { next: new Map(), entries: [] }
}

function withoutSomeBlanks(word: string): string[] {
  const [first = '', ...rest] = word.split(' ')
  return rest.reduce((words, part) => words.flatMap(before => [`${before} ${part}`, `${before}${part}`]), [first])
}
