import { readFileSync } from 'node:fs'
import type { Category, SchoolLevel } from '../../../../src/kinds/records/category.ts'
import type { Part } from '../../../../src/kinds/records/limits.ts'

/** A sentence as a teacher may write it, and the rule that it breaks; undefined for one that only looks so. */
export interface Labelled {
  readonly rule: string | undefined
  readonly part: Part
  readonly text: string
}

const levels: Record<string, SchoolLevel> = { m: 'middle', e: 'elementary' }

/** Reads `<name>.tsv`: rule or `clean`, part (with `:m` or `:e` for the level), sentence. */
export function readCorpus(name: string): Labelled[] {
  const lines = readFileSync(new URL(`${name}.tsv`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map(line => {
    const [rule, of = '', text = ''] = line.split('\t')
    const [category, level = ''] = of.split(':')
    return {
      rule: rule === 'clean' ? undefined : rule,
      part: { category: category as Category, schoolLevel: levels[level] ?? 'high', schoolYear: 2026 },
      text,
    }
  })
}
