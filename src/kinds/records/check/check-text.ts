import { neisBytes } from '../bytes.ts'
import { boundTo, type Part } from '../limits.ts'
import { findBans } from './find-bans.ts'
import { type Finding, type Found, maxFindings, type Strength } from './finding.ts'
import { type FoldedText, foldText } from './folded.ts'
import { type FormScope, findForm } from './form.ts'
import { findGround, type GroundedSentence } from './ground.ts'
import type { Work } from './place.ts'
import { type Rule, rules } from './rules.ts'
import { withSafeReplacements } from './safe-replacements.ts'
import { sentencesOf } from './sentences.ts'

export interface Checked {
  /** As NEIS counts, after NFC. */
  bytes: number
  /** The part's limit, or the smaller target the teacher asked for; null if there is neither. */
  limit: number | null
  /** Bytes beyond the limit; 0 when the text fits, or nothing limits it. */
  overBy: number
  /** In the order of the text; bans do not overlap, others may. At most `maxFindings` of each kind and strength. */
  findings: Finding[]
  /** Each sentence of the text, and what of the observations it leans on; none without observations. */
  sentences: GroundedSentence[]
}

export interface CheckOptions {
  targetBytes?: number | undefined
  observations?: string | undefined
  keywords?: readonly string[] | undefined
  /** Whether to look at form, too. */
  form?: FormScope | undefined
  /** Whether to look for replacements, which takes most of the time; by default it does. */
  replacements?: boolean
  /** Counts what the search looks at. */
  work?: Work
}

/**
 * What a teacher should know about a text before it goes into NEIS. Always computed here: what a client says is ignored.
 *
 * The work is linear in the length of the text and of the observations.
 *
 * @param part undefined where it was damaged: then only the target is a limit, and no ban holds
 */
export function checkText(text: string, part: Part | undefined, options: CheckOptions = {}): Checked {
  const { targetBytes, observations, keywords, form = 'all', replacements = true, work = { steps: 0 } } = options
  const bytes = neisBytes(text)
  const limit = part ? boundTo(part, targetBytes) : (targetBytes ?? null)
  const read = foldText(text)
  const banned = part ? bansOf(read.composed, read.folded, part, work) : []
  const formed = formOf(read.composed, read.folded, form, work)
  const ground =
    observations === undefined ? undefined : findGround(read, { observations, keywords: keywords ?? [] }, work)
  // What is only to be checked may not hide what is forbidden.
  const strong = (strength: Strength) => banned.filter(one => one.strength === strength).slice(0, maxFindings)
  const all = [...strong('forbidden'), ...strong('check'), ...formed.slice(0, maxFindings)]
  const mended =
    part && replacements
      ? withSafeReplacements(read, all, again => findingsOf(again, part, form), work)
      : all.map(({ replacement, ...without }) => without)
  const found = [...mended, ...(ground?.found.slice(0, maxFindings) ?? [])]
  return {
    bytes,
    limit,
    overBy: limit === null ? 0 : Math.max(0, bytes - limit),
    findings: found.sort((a, b) => a.start - b.start || b.end - a.end).map(one => findingOf(one, read)),
    sentences: ground?.sentences ?? [],
  }
}

/** Bans alone: what a text must not have, whatever its form and ground. */
export function findBanned(text: string, part: Part): Finding[] {
  return checkText(text, part, { form: 'none' }).findings
}

function findingsOf(composed: string, part: Part, form: FormScope): Found[] {
  const work = { steps: 0 }
  const { folded } = foldText(composed)
  return [...bansOf(composed, folded, part, work), ...formOf(composed, folded, form, work)]
}

function bansOf(composed: string, folded: string, part: Part, work: Work): Found[] {
  return findBans({ composed, folded, sentences: sentencesOf(folded) }, part, work)
}

function formOf(composed: string, folded: string, form: FormScope, work: Work): Found[] {
  return findForm({ composed, folded, sentences: sentencesOf(folded) }, form, work)
}

function findingOf({ rule, strength, start, end, replacement }: Found, { given, originalIndex }: FoldedText): Finding {
  const { kind, source, page, message }: Rule = rules[rule]
  const from = originalIndex(start)
  const to = originalIndex(end)
  return {
    ...{ rule, kind, strength, start: from, end: to, text: given.slice(from, to), source, page, message },
    ...(replacement !== undefined && { replacement }),
  }
}
