import { connected, modifying } from './nominal.ts'
import { clausesOf } from './observations.ts'
import { type Manner, manners, sceneNames, scenesOf, themes } from './phrases.ts'
import type { Random } from './random.ts'
import type { RecordRequest } from './record-request.ts'

/** A sentence on its way into the paragraph, without its full stop. */
interface Sentence {
  readonly text: string
  /** Which sentences are dropped when not everything fits: the highest first. */
  readonly rank: number
  /** The sentence it speaks of, without which it makes no sense. */
  readonly about?: Sentence
}

/**
 * One paragraph of a student record: the observations in nominal style, woven with what may be said of them, within the
 * budget of the request. Adds no facts. The same request and random numbers give the same text.
 *
 * Never empty, unless the budget has no room for a sentence.
 */
export function writeRecord(request: RecordRequest, random: Random): string {
  const manner = manners[request.emphasis]
  if (manner === undefined) throw new RangeError(`there is no emphasis ${request.emphasis}`)
  const body = bodyOf(request, manner, inOrderOf(manner, clausesOf(request.observations)), random)
  const [closing = ''] = random.shuffled(manner.closings)
  const sentences = [
    ...body,
    ...keywordSentence(request.keywords, random),
    { text: closing.replaceAll('{scene}', sceneNames[request.kind]), rank: 1 },
  ]
  return paragraph(sentences, request.maxBytes * manner.share, request.maxBytes)
}

/** The size of a text as student records count it, on the safe side: 3 for what is not ASCII, 4 beyond U+FFFF. */
export function recordBytes(text: string): number {
  let bytes = 0
  for (const character of text) bytes += character.length === 2 ? 4 : character < '\u0080' ? 1 : 3
  return bytes
}

/** A beginning that leans on what stands before it. */
const anaphora =
  /^(?:이후|그(?:런|렇|러| |후)|하지만|이[를에때런러]|따라서|결국|처음|다음|마지막|나중|반면|다만|특히|덕분|때문)/

/** The lines on the manner's first themes to the front, unless one leans on another: then their order is meaning. */
function inOrderOf(manner: Manner, lines: readonly string[][]): string[] {
  if (lines.some(([clause]) => clause !== undefined && anaphora.test(clause))) return lines.flat()
  const first = lines.filter(line => line.some(clause => suits(manner, clause)))
  return [...first, ...lines.filter(line => !first.includes(line))].flat()
}

function suits(manner: Manner, clause: string): boolean {
  return themes.some(theme => manner.themes.slice(0, 2).includes(theme.name) && theme.words.test(clause))
}

function bodyOf(request: RecordRequest, manner: Manner, clauses: readonly string[], random: Random): Sentence[] {
  const openers = random.shuffled(['이 과정에서', '이러한 모습에서', '활동을 이어 가는 동안', '이를 통해'])
  const connectives = random.shuffled(['또한', '나아가', '아울러', '이와 함께', '더불어'])
  const [remark = ''] = random.shuffled(manner.remarks)
  const comment = commenter(manner, random)
  const parts = manner.joins ? inPairs(clauses) : clauses
  const sentences: Sentence[] = []

  for (const [index, clause] of parts.entries()) {
    const asRemark = index > 0 && index === parts.length - 1 ? remarked(clause, remark) : undefined
    const text = asRemark ?? clause
    const leadIn =
      index === 0
        ? sceneFor(text, request, random)
        : index % 2 === 1 && !anaphora.test(text)
          ? connectives.pop()
          : undefined
    const rank = index === 0 ? 0 : index + (suits(manner, clause) ? 2 : 30)
    const fact = { text: join(leadIn, text), rank }
    sentences.push(fact)

    if (asRemark !== undefined || (parts.length > 5 && index % 2 === 1)) continue
    const said = comment(clause)
    if (said !== undefined) sentences.push({ text: join(openers.pop(), said), rank: rank + 8, about: fact })
  }
  return sentences
}

function join(leadIn: string | undefined, text: string): string {
  return leadIn === undefined ? text : `${leadIn} ${text}`
}

/** Where it happened, for a first sentence that states an act and does not say so itself. */
function sceneFor(text: string, request: RecordRequest, random: Random): string | undefined {
  const saysWhere =
    /^(?:\S+ ){0,4}\S*(?:에서|시간|때|동안|중에|수업|단원|활동|학기|평소|학급|교실|동아리|진로|매일|항상)/
  if (saysWhere.test(text) || /(?:맡음|많음|좋음|있음|없음|뛰어남)$/.test(text)) return undefined
  return random.shuffled(scenesOf(request))[0]
}

/** Two and two clauses in one sentence, where both are short and the second does not lean on the first. */
function inPairs(clauses: readonly string[]): string[] {
  const sentences: string[] = []
  let open: string | undefined
  for (const clause of clauses) {
    const start = open === undefined || anaphora.test(clause) || /고,? /.test(open) ? undefined : connected(open)
    if (open !== undefined && start !== undefined && open.length + clause.length <= 110) {
      sentences.push(`${start}, ${clause}`)
      open = undefined
      continue
    }
    if (open !== undefined) sentences.push(open)
    open = clause
  }
  if (open !== undefined) sentences.push(open)
  return sentences
}

/** 친구에게 설명함 → 친구에게 설명한 점이 인상적임. A clause that already is an assessment stays as it is. */
function remarked(clause: string, remark: string): string | undefined {
  if (/(?:[됨띔임]|드러남|있음|없음|많음|좋음|뛰어남|우수함|탁월함|성실함|보여 줌)$/.test(clause)) return undefined
  const start = modifying(clause)
  return start === undefined ? undefined : `${start} ${remark}`
}

/**
 * Finds what to say of a clause, by its themes: the manner's own first, each theme once, never two in a row with the
 * same ending, and no more in all than the manner allows.
 */
function commenter(manner: Manner, random: Random): (clause: string) => string | undefined {
  const place = (name: string) => (manner.themes.includes(name) ? manner.themes.indexOf(name) : manner.themes.length)
  const left = [...themes]
    .sort((a, b) => place(a.name) - place(b.name))
    .map(({ words, comments }) => ({ words, comments: random.shuffled(comments) }))
  let remaining = manner.comments
  let lastEnding = ''

  return clause => {
    if (remaining === 0) return undefined
    for (const theme of left) {
      const said = theme.words.test(clause)
        ? theme.comments.find(comment => comment.slice(-3) !== lastEnding)
        : undefined
      if (said === undefined) continue
      left.splice(left.indexOf(theme), 1)
      remaining -= 1
      lastEnding = said.slice(-3)
      return said
    }
    return undefined
  }
}

function keywordSentence(keywords: readonly string[], random: Random): Sentence[] {
  const words = keywords
    .filter(word => /^[가-힣A-Za-z0-9 ·-]{1,20}$/.test(word))
    .slice(0, 4)
    .join(', ')
  const [ending] = random.shuffled([
    '측면에서의 강점이 관찰됨',
    '면에서 두드러진 모습을 보임',
    '면에서의 장점이 잘 드러남',
  ])
  return words === '' ? [] : [{ text: `특히 ${words} ${ending}`, rank: 2 }]
}

/** The sentences that fit into `targetBytes`, in their order; if not even one does, one that fits into `maxBytes`. */
function paragraph(sentences: readonly Sentence[], targetBytes: number, maxBytes: number): string {
  const kept = new Set<Sentence>()
  let bytes = 0
  for (const sentence of [...sentences].sort((a, b) => a.rank - b.rank)) {
    const size = recordBytes(sentence.text) + '. '.length
    if (bytes + size > targetBytes || (sentence.about !== undefined && !kept.has(sentence.about))) continue
    kept.add(sentence)
    bytes += size
  }
  if (kept.size > 0) {
    return sentences
      .filter(sentence => kept.has(sentence))
      .map(({ text }) => `${text}.`)
      .join(' ')
  }
  const shorter = ['맡은 활동에 성실히 참여함', '성실히 참여함', '참여함']
  const fitting = [...sentences.map(({ text }) => text), ...shorter].find(text => recordBytes(text) + 1 <= maxBytes)
  return fitting === undefined ? '' : `${fitting}.`
}
