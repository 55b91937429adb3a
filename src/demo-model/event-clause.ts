import { finalOf } from './hangul.ts'
import { modifying, nominalise } from './nominal.ts'
import { bare } from './sentences.ts'

const maxChars = 42

/** The writer: a clause that names them would mean another person when someone else says it. */
const firstPerson = /(?<![가-힣])(?:나|내|날|난|저|제|전|우리)(?:는|가|를|도|만|의|랑|와|한테|에게|보고)?(?![가-힣])/
const leadIn =
  /^(?:오늘(?:은|도)?|나[는도]|난|내가|저[는도]|제가|그리고|그래서|그런데|근데|하지만|그래도|또|결국|그러다가?|아침에는?|요즘은?) /

/**
 * An event, ready to stand before a noun: 오늘은 발표를 망쳤다 → 발표를 망친. Undefined for a sentence without a past
 * event, or with none that someone else could say.
 *
 * Only past forms are read: whatever wants something (…해라, …해 줘) is no event.
 */
export function eventClause(sentence: string): string | undefined {
  let text = bare(sentence)
  // 망쳤어 → 망쳤어요
  if (/어$/.test(text) && finalOf(text.slice(0, -1)) === 'ㅆ') text += '요'
  const past = /^(.*?)(?:다|습니다|어요|음)$/.exec(text)?.[1] ?? ''
  if (finalOf(past) !== 'ㅆ' || /(?:겠|였|이었)$/.test(past)) return undefined
  text = lastPart(withoutLeadIn(text))
  if (text.length > maxChars || firstPerson.test(text) || /["'‘’“”]/.test(text)) return undefined
  const clause = modifying(nominalise(text))?.replace(/(?<=[있없])는$/, '던')
  // 같았다, 싶었다, 생각했다 state a thought about an event, not the event.
  return clause === undefined || clause.length < 4 || /(?:같은|싶은|생각한|느낀|않은|했던)$/.test(clause)
    ? undefined
    : clause
}

function withoutLeadIn(text: string): string {
  let rest = text
  for (let count = 0; count < 3 && leadIn.test(rest); count++) rest = rest.replace(leadIn, '')
  return rest
}

/** As many of the last parts of a long sentence as fit. */
function lastPart(text: string): string {
  let rest = text
  while (rest.length > maxChars) {
    const cut = /(?:는데|지만|[가-힣]고|[아어해]서|며|면서|니까|더니),? /.exec(rest)
    if (cut === null) return rest
    rest = withoutLeadIn(rest.slice(cut.index + cut[0].length))
  }
  return rest
}
