/** Facts that hold once for a person and can be asked for: where they live, how old they are. */
interface FactKind {
  readonly name: string
  readonly stated: RegExp
  readonly asked: RegExp
}

export const factKinds: readonly FactKind[] = [
  {
    name: '사는 곳',
    stated: /에 ?(?:서 )?(?:살|산다|삽니다|사는|거주)|로 이사(?:했|왔|갔)|\blive in\b/i,
    asked: /어디.{0,8}(?:살|사[는세]|산다)|사는 (?:곳|데)|\bwhere\b.{0,12}\blive\b/i,
  },
  {
    name: '나이',
    stated: /\d{1,3} ?(?:살|세)(?![가-힣]{3})|[가-힣]{1,3}(?:물|른|흔) ?[가-힣]{0,3} ?살|\byears old\b/,
    asked: /몇 ?살|나이|\bhow old\b/i,
  },
  { name: '생일', stated: /생일(?:은|이) |\bmy birthday is\b/i, asked: /생일|\bbirthday\b/i },
  {
    name: '하는 일',
    stated: /(?:에|를|을) 다[녀니닙]|로 일(?:해|하|합)|직업은|\b(?:I work|my job)\b/i,
    asked: /직업|무슨 일|어떤 일|하는 일|어디.{0,6}다[녀니닌닙]|\b(?:my job|do I work)\b/i,
  },
  { name: '취미', stated: /취미(?:는|가|로)|\bmy hobby\b/i, asked: /취미|\bhobby\b/i },
]

/** Whether a sentence states a fact about the speaker that should be remembered. */
export function isFact(sentence: string): boolean {
  return /(?:^|\s)(?:저|제|나|내|전|난|우리|저희)(?:는|가|도|의|를|희|에게|한테)?\s|이름|생일|알레르기|좋아[하해]|싫어[하해]|키우|키워|키웁|직업|취미|[에서] ?(?:살|산다|삽니다)|다녀|다닙|전공|암호|비밀번호|번호는|기억해|잊지|약속|예정|계획|고 ?싶|\b(?:my|I|I'm|we|our)\b/.test(
    sentence,
  )
}

/**
 * The kind of fact in a sentence, and whom it is about: two sentences with the same key cannot both hold. Undefined for a
 * sentence without such a fact.
 */
export function factKindOf(sentence: string): string | undefined {
  const favourite = /좋아하는 ([가-힣]{1,8}?)(?:은|는|이|가)(?:\s|$)|\bmy favou?rite (\w+) is\b/i.exec(sentence)
  const kind = favourite
    ? `좋아하는 ${favourite[1] ?? favourite[2]}`
    : factKinds.find(({ stated }) => stated.test(sentence))?.name
  return kind && `${subjectOf(sentence)}: ${kind}`
}

/** Who or what it is about; the speaker, where the sentence names no one. */
function subjectOf(sentence: string): string {
  const subject =
    /^(?:(?:사실|참|그리고|이제|지금|요즘) )?([가-힣]{1,10}?)(?:은|는|이|가|의) /.exec(sentence)?.[1] ?? ''
  return /^(?:저|나|제|내|이제|지금|요즘|생일|나이|직업|취미|제 .*|내 .*|)$/.test(subject) ? 'self' : subject
}
