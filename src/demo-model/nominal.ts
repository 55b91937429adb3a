import { compose, decompose, finalOf, withFinal, withParticle } from './hangul.ts'

/**
 * A sentence or note in the nominal style of student records: 발표했다 → 발표함, 만들었습니다 → 만듦, 모둠장 역할 →
 * 모둠장 역할을 맡음. Takes it without its full stop and gives it without one. Past and present become the same form.
 *
 * Endings are taken apart by syllable arithmetic; where contraction has made them ambiguous, lists of the verbs that matter
 * in such texts decide. A sentence in another language is returned as a quoted note.
 */
export function nominalise(sentence: string): string {
  const text = sentence.trim()
  const remark = /\s?\([^()]{1,60}\)$/.exec(text)
  if (remark !== null && remark.index > 0) return nominalise(text.slice(0, remark.index)) + remark[0]
  if (finalOf(text) === undefined) return noteOf(text)
  return fromPast(text) ?? fromPlain(text) ?? fromNominal(text) ?? fromConnective(text) ?? fromNoun(text)
}

/** The clause going on to another one: 발표함 → 발표하고, 도움 → 도우며; undefined when it ends otherwise, as in `(3회)`. */
export function connected(nominal: string): string | undefined {
  const stem = withoutEnding(nominal)
  if (stem === undefined) return undefined
  // Only these are sure to have no other shape before -고: 도우- would have to become 돕-, 들으- 듣-.
  if (/[하보이내치리기지]$/.test(stem) && !nominal.endsWith('음')) return `${stem}고`
  return `${stem}며`
}

/** The clause as what comes before a noun: 발표함 → 발표한, 있음 → 있는, 만듦 → 만든; undefined as for `connected`. */
export function modifying(nominal: string): string | undefined {
  if (/[있없]음$/.test(nominal)) return `${nominal.slice(0, -1)}는`
  const stem = withoutEnding(nominal)
  return stem && withFinal(stem, 'ㄴ')
}

/** 발표함 → 발표하, 읽음 → 읽으, 만듦 → 만들. */
function withoutEnding(nominal: string): string | undefined {
  const final = finalOf(nominal)
  if (final === 'ㅁ') return withFinal(nominal, '')
  return final === 'ㄻ' ? withFinal(nominal, 'ㄹ') : undefined
}

/** Verbs whose past looks regular and is not, or whose regular nominal no one writes. Tried from the top. */
const irregularPasts: readonly (readonly [past: string, nominal: string])[] = [
  ['말을 걸었', '말을 건넴'],
  ['예를 들었', '예를 듦'],
  ['손을 들었', '손을 듦'],
  ['만들었', '만듦'],
  ['힘들었', '힘듦'],
  ['거들었', '거듦'],
  ['파고들었', '파고듦'],
  ['줄어들었', '줄어듦'],
  ['들었', '들음'],
  ['깨달았', '깨달음'],
  ['알았', '알게 됨'],
  ['물었', '물음'],
  ['걸었', '걸음'],
  ['실었', '실음'],
  ['늘었', '늘어남'],
  ['줄었', '줄어듦'],
  ['풀었', '풀어냄'],
  ['열었', '엶'],
  ['지었', '지음'],
  ['나았', '나음'],
  ['부었', '부음'],
  ['그었', '그음'],
  ['저었', '저음'],
  ['모았', '모음'],
  ['을 이었', '을 이음'],
  ['를 이었', '를 이음'],
  ['놀랐', '놀람'],
  ['따랐', '따름'],
  ['들렀', '들름'],
  ['이르렀', '이름'],
  ['담갔', '담금'],
  ['아팠', '아픔'],
  ['도왔', '도움'],
  ['놨', '놓음'],
  ['그랬', '그러함'],
]

/** …ㅆ다, …ㅆ습니다, …ㅆ어요, …ㅆ음, …ㅆ고, …ㅆ지만 at the end. */
function fromPast(text: string): string | undefined {
  const [, past] = /^(.*?[^있겠\s])(?:다|습니다|어요|음|고|으며|지만|는데|던 것|던 점)$/s.exec(text) ?? []
  if (past === undefined || finalOf(past) !== 'ㅆ') return undefined
  const irregular = irregularPasts.find(([form]) => past.endsWith(form))
  if (irregular !== undefined) return past.slice(0, -irregular[0].length) + irregular[1]

  const head = past.slice(0, -1)
  const syllable = decompose(past.slice(-1))
  if (syllable === undefined) return undefined
  const { onset, vowel } = syllable
  const open = (changed: string) => head + compose({ onset, vowel: changed, final: 'ㅁ' })

  // 했었다: the past of a past.
  if (past.endsWith('었') && finalOf(head) === 'ㅆ' && !head.endsWith('있')) return fromPast(`${head}다`)
  // 읽었다, 뛰었다: nothing was contracted, what stands before is the stem.
  if (past.endsWith('었') || past.endsWith('았')) return stemNominal(head)
  // 하였다; 보였다 and 리더였다 alike: the stem, or the copula, ends in 이.
  if (past.endsWith('하였')) return withFinal(head, 'ㅁ')
  if (past.endsWith('였')) return `${head}임`
  // 불렀다, 골랐다: the ㄹ before it came from 르.
  if (/[렀랐]$/.test(past) && finalOf(head) === 'ㄹ') return `${withFinal(head, '')}름`
  if (past.endsWith('치렀')) return `${head}름`

  if (vowel === 'ㅐ') return open(onset === 'ㅎ' ? 'ㅏ' : 'ㅐ')
  if (vowel === 'ㅕ') return open('ㅣ')
  if (vowel === 'ㅘ') return open('ㅗ')
  if (vowel === 'ㅝ') return open('ㅜ')
  if (vowel === 'ㅙ') return open('ㅚ')
  // 썼다, 컸다, 기뻤다, 바빴다 lost their ㅡ; 섰다, 건넜다, 갔다 kept their vowel.
  if (vowel === 'ㅓ') return open(/[ㅅㄴ]/.test(onset) ? 'ㅓ' : 'ㅡ')
  if (vowel === 'ㅏ' && onset === 'ㅃ') return open('ㅡ')
  return open(vowel)
}

/** 한다, 읽는다, 있다, 합니다, 좋습니다, 해요, 있어요, 이에요 at the end. */
function fromPlain(text: string): string | undefined {
  const [, head, ending] = /^(.+?)(습니다|니다|이에요|예요|어요|아요|해요|는다|다)$/s.exec(text) ?? []
  if (head === undefined) return undefined
  const final = finalOf(head)
  switch (ending) {
    case '습니다':
      return stemNominal(head)
    case '니다':
      return final === 'ㅂ' ? stemNominal(reviveStem(withFinal(head, ''))) : stemNominal(`${head}니`)
    case '이에요':
    case '예요':
      return `${head}임`
    case '해요':
      return `${head}함`
    case '어요':
    case '아요':
      return final ? stemNominal(head) : undefined
    case '는다':
      return final ? stemNominal(head) : undefined
    default:
      if (final === 'ㄴ') return stemNominal(reviveStem(withFinal(head, '')))
      return final === '' && !/[하되이나내지크쁘프르시리치기키보가오주두서쓰피히미비니디티끼배세]$/.test(head)
        ? `${head}임`
        : stemNominal(head)
  }
}

/** Stems in ㄹ lose it before ㄴ and ㅂ: 만든다, 만듭니다 → 만들. */
function reviveStem(open: string): string {
  return /(?:만드|이끄|거드|고드|어드|힘드|베푸|머무)$/.test(open) ? withFinal(open, 'ㄹ') : open
}

const irregularStems: readonly (readonly [stem: string, nominal: string])[] = [
  ['깨닫', '깨달음'],
  ['듣', '들음'],
  ['묻', '물음'],
  ['걷', '걸음'],
  ['싣', '실음'],
  ['짓', '지음'],
  ['잇', '이음'],
  ['낫', '나음'],
  ['긋', '그음'],
  ['돕', '도움'],
]

/** 하 → 함, 만들 → 만듦, 읽 → 읽음, 새롭 → 새로움. */
function stemNominal(stem: string): string {
  const irregular = irregularStems.find(([form]) => stem.endsWith(form))
  if (irregular !== undefined) return stem.slice(0, -irregular[0].length) + irregular[1]
  const final = finalOf(stem)
  if (final === '') return withFinal(stem, 'ㅁ')
  if (final === 'ㄹ') return withFinal(stem, 'ㄻ')
  if (final === 'ㅂ' && !/[잡입좁뽑씹집접꼽]$/.test(stem)) return `${withFinal(stem, '')}움`
  return `${stem}음`
}

/** Nouns that end in ㅁ like a nominal form. */
const nounsInM =
  /(?:프로그램|시스템|알고리즘|매커니즘|메커니즘|게임|모임|팀|마음|그림|이름|다음|꿈|춤|힘|여름|사람|바람|관심|핵심|중심|열심|양심|호기심|자부심|자신감|책임감|공감|영감|작품|제품|상품|리듬|모둠|점|컴|폼|담)$/

function fromNominal(text: string): string | undefined {
  const final = finalOf(text)
  return (final === 'ㅁ' || final === 'ㄻ') && !nounsInM.test(text) ? text : undefined
}

/** 발표하고, 정리하며, 설명하기: a note that stops in the middle. */
function fromConnective(text: string): string | undefined {
  const [, head] = /^(.*\S)(?:하고|하며|하면서|하여|해서|하기|하는 중)$/s.exec(text) ?? []
  return head === undefined || /[말더곱]$/.test(head) ? undefined : `${head}함`
}

const actions =
  /(?:참여|참가|발표|제작|작성|조사|분석|토론|토의|정리|설명|제시|실험|탐구|기획|진행|완성|개선|활용|제안|비교|관찰|노력|공유|협력|협동|협업|배려|실천|봉사|지도|안내|수행|연습|학습|복습|예습|질문|답변|해결|이해|적용|확인|검증|측정|기록|계산|증명|설계|구현|개발|표현|연주|창작|감상|낭독|번역|해석|요약|검토|수정|보완|주도|담당|운영|관리|준비|응원|격려|칭찬|경청|소통|존중|양보|청소|정돈|제출|도전|성장|극복|발전|향상|습득|체험|견학|방문|면담|탐색|선택|결정|선정|계획|희망|지원|신청|당선|연출|촬영|편집|홍보|전시|기여|공헌|유지|지속|반복|집중|몰입|사용|이용|전달|건의|중재|조율|연구|고민|성찰|반성|우수|탁월|성실|활발|풍부|능숙|꼼꼼|침착|차분|친절|정확|명확|원만|겸손|정직|깔끔|세심|꾸준|신중|부족|미흡)$/
/** Actions whose noun in front is what was made, so that it takes its particle: 포스터 제작 → 포스터를 제작함. */
const makings = /^(?:담당|제작|작성|기획|운영|설계|구현|개발|완성|제안|제출|관리|편집|창작|번역)$/
const particleOrAdverb =
  /(?:[을를이가은는에로의와과도게히고며여만적인한할된운등]|[에해아어로]서|까지|부터|마다|처럼|보다|함께|직접|스스로|모두|항상|공동|자체|개별|추가)$/
const roles = /(?:역할|반장|부장|회장|팀장|조장|모둠장|기장|총무|서기|도우미|리더|사회자|대표|진행자|사회|멘토|장)$/

function fromNoun(text: string): string {
  const [, object, act] = /^(.*[가-힣A-Za-z0-9])\s(\S{1,12})$/s.exec(text) ?? []
  if (object !== undefined && act !== undefined && makings.test(act) && !particleOrAdverb.test(object)) {
    return `${withParticle(object, ['을', '를'])} ${act}함`
  }
  if (actions.test(text)) return `${text}함`
  if (/[가-힣]적$/.test(text) || /(?:편|것)$/.test(text)) return `${text}임`
  if (roles.test(text)) return `${withParticle(text, ['을', '를'])} 맡음`
  if (/(?:활동|게임|프로그램|대회|행사|축제|캠프|수업|체육|캠페인|토론회|발표회)$/.test(text)) return `${text}에 참여함`
  if (/(?:말하기|글쓰기|쓰기|읽기|듣기|달리기)$/.test(text)) return `${text} 활동에 참여함`
  if (/(?:관심|흥미|의지|열정|재능|강점|호기심)$/.test(text)) return `${withParticle(text, ['을', '를'])} 보임`
  if (/[을를]$/.test(text) || /[가-힣](?:에|로|게|히)$/.test(text)) return `${text} 함`
  return `${withParticle(text, ['을', '를'])} 보여 줌`
}

function noteOf(text: string): string {
  return `‘${text.replace(/[‘’]/g, "'")}’ 활동에 참여함`
}
