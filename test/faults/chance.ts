/** A whole number from `least` to `most`. */
export function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1))
}

export function oneOf<T>(list: readonly T[]): T {
  return list[between(0, list.length - 1)] as T
}

export function chance(share: number): boolean {
  return Math.random() < share
}

export function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map(item => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
