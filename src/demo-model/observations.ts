import { nominalise } from './nominal.ts'

/**
 * The observations as clauses in nominal style: without bullets, full stops, subjects (학생은) and the connectives the
 * writer adds by itself. One list for each line, since only lines are sure to stand on their own.
 *
 * At most 60 clauses; what is longer than a sentence should be (400 characters) is left out.
 */
export function clausesOf(observations: string): string[][] {
  let room = 60
  return observations
    .normalize('NFC')
    .split(/[\n\r\u2028\u2029]+/)
    .map(line => {
      const clauses = clausesOfLine(line, room)
      room -= clauses.length
      return clauses
    })
    .filter(clauses => clauses.length > 0)
}

function clausesOfLine(line: string, most: number): string[] {
  const clauses: string[] = []
  for (const sentence of line.split(/(?<=[.!?。…])(?=\s|[가-힣‘“"'(])|[;；]|(?<=[함됨]),\s/)) {
    if (clauses.length === most) break
    const clause = bare(sentence)
    if (clause !== '' && clause.length <= 400) clauses.push(nominalise(clause))
  }
  return clauses
}

/** The one sentence without what does not belong in a record's sentence. */
function bare(sentence: string): string {
  return sentence
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
    .replace(/^(?:[-*•·▪▶※○●□■✓]|\d{1,2}[.)]|\(\d{1,2}\))\s{0,3}/u, '')
    .replace(/[\s.!?。…,;:~]{1,20}$/u, '')
    .replace(/(?<=다른|모든|많은|여러|어떤|각|한|몇몇) 학생은(?=\s)/g, ' 친구는')
    .replace(/(?<![가-힣])(?:(?:위|이|본|해당) )?학생[은이] /g, '')
    .replace(/^(?:그리고|또한|또|아울러|그래서),? /, '')
    .trim()
}
