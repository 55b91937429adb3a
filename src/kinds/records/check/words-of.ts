/** Long lists of words, a line of them with bars between: so they can be read. */
export function wordsOf(...lines: readonly string[]): string[] {
  return lines.flatMap(line => line.split('|'))
}
