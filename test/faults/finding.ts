export const flaws = ['lost', 'doubled', 'stuck', 'wrong text', 'watchers wrong'] as const

/** A result that is not as it must be. */
export interface Finding {
  flaw: (typeof flaws)[number]
  /** Number of the request, if it is known. */
  request: number | undefined
  what: string
}

export type Find = (flaw: Finding['flaw'], what: string) => void
