/** `제 이름은`, `저는`; the name; and the ways to end it. The longest ending first: 지민이에요 is 지민, 소라예요 is 소라. */
const named =
  /(?:제|내|저의|나의) ?이름은 ([가-힣]{1,6}?|[A-Za-z]{1,20})(?:이라고 |라고 |입니다|이에요|예요|이예요|에요|이고|이며|이야|이다|이란|고요?[, ]|야(?![가-힣])|임|$)/
const called = /(?:^|\s)(?:저는|나는|전|난|제가|내가) ([가-힣]{2,4}?|[A-Za-z]{2,20})(?:이라고|라고) ?(?:해|합|불|하)/
/** 저는 김지민이에요: only what begins with a common family name, since 저는 학생이에요 states no name. */
const introduced =
  /(?:^|\s)(?:저는|나는|전|난) ([김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민][가-힣]{2})(?:입니다|이에요|예요|이야|야)(?![가-힣])/
/** 안녕, 나는 민수야: with a greeting before it, it is an introduction. */
const greeted =
  /(?:안녕|반가)[가-힣]{0,4}[,.!~ ]{1,3}(?:저는|나는|전|난) ([가-힣]{2,3}?)(?:입니다|이에요|예요|이야|야)(?![가-힣])/
const noName =
  /^(?:학생|고등학생|중학생|대학생|선생님?|교사|의사|간호사|개발자|직장인|회사원|사람|엄마|아빠|주부|작가|기자|공무원|무엇|뭐)$|(?:사|원|생|자|관|인)$/
const english =
  /\b(?:my name is|call me|i am called|i'm called) ([A-Za-z][A-Za-z'-]{0,19})\b|\b(?:I am|I'm) ([A-Z][a-z]{1,19})(?=[.,!]|$| and\b)/i

/** The name that the speaker states in a sentence, if any. */
export function statedName(sentence: string): string | undefined {
  const text = sentence.replace(/["'‘’“”*]/g, '').replace(/\s+/g, ' ')
  const own = named.exec(text)?.[1] ?? called.exec(text)?.[1]
  if (own !== undefined) return /^(?:뭐|무엇|뭔|몰라|비밀)/.test(own) ? undefined : own
  const introducedAs = introduced.exec(text)?.[1] ?? greeted.exec(text)?.[1]
  if (introducedAs !== undefined && !noName.test(introducedAs)) return introducedAs
  const match = english.exec(sentence)
  const name = match?.[1] ?? match?.[2]
  // The flag makes I'm sad match too.
  return name !== undefined && (match?.[1] !== undefined || /^[A-Z][a-z]+$/.test(name)) ? name : undefined
}
