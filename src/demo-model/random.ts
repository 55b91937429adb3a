/** Numbers that look random and are the same for the same seed: what the demo model draws its choices from. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** The items in another order. */
  shuffled<T>(items: readonly T[]): T[]
}

/** FNV-1a for the seed, mulberry32 for the sequence: both in the public domain, neither fit for secrets. */
export function seededRandom(seed: string): Random {
  let state = 0x811c9dc5
  for (let index = 0; index < seed.length; index++) state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193)

  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    next,
    shuffled(items) {
      return items
        .map(item => ({ item, key: next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ item }) => item)
    },
  }
}
