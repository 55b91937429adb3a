import type { RecordRequest } from './record-request.ts'

/** What the demo model adds to a teacher's observations: where it was, what it shows, how it ends. No facts. */

/** Where a record of the kind happens, for a first sentence that does not say so itself. */
export function scenesOf({ kind, subject }: RecordRequest): readonly string[] {
  if (kind === 'subject') {
    if (subject === '') return ['수업에서', '수업 시간에', '수업 활동에서']
    return [`${subject} 수업에서`, `${subject} 시간에`, `${subject} 수업 시간에`]
  }
  const scenes = {
    individual: ['여러 교과를 아우르는 학습 활동에서', '한 해 동안의 학습 활동에서', '배움의 여러 장면에서'],
    behaviour: ['학급 생활 전반에서', '평소 학교생활에서', '한 해 동안의 학급 생활에서'],
    autonomy: ['자율활동 시간에', '학급 자치 활동에서', '함께 꾸려 가는 학급 활동에서'],
    club: ['동아리 활동에서', '동아리 시간에', '한 해 동안의 동아리 활동에서'],
    career: ['진로 활동에서', '진로를 탐색하는 과정에서', '진로 활동 시간에'],
  }
  return scenes[kind]
}

/** The theme of an observation, recognized by its words, and what may be said of it without adding a fact. */
export interface Theme {
  readonly name: string
  readonly words: RegExp
  readonly comments: readonly string[]
}

export const themes: readonly Theme[] = [
  {
    name: 'growth',
    words: /처음|어려[워움]|당황|실수|실패|다시|극복|점점|점차|차츰|이후|결국|나아[졌지]|바꾸|바꿔/,
    comments: [
      '어려움 앞에서 물러서지 않고 스스로 길을 찾아가는 성장의 과정이 드러남',
      '시행착오를 배움의 기회로 받아들이는 긍정적인 자세가 돋보임',
      '이전의 자신을 돌아보며 한 걸음씩 나아가려는 의지가 엿보임',
    ],
  },
  {
    name: 'inquiry',
    words: /탐구|실험|조사|자료|분석|검증|비교|그래프|(?:^| )표[로에를]|통계|데이터|측정|시행|궁금|관찰/,
    comments: [
      '궁금한 점을 그냥 지나치지 않고 직접 확인하려는 탐구심이 드러남',
      '결과를 서둘러 단정하지 않고 근거를 차근차근 살피는 신중함이 돋보임',
      '자료를 꼼꼼히 다루며 끝까지 집중하려는 태도가 엿보임',
    ],
  },
  {
    name: 'thinking',
    words: /이유|근거|생각|논리|해결|문제|원리|개념|증명|해석|비판|질문(?!지)|풀이/,
    comments: [
      '결론에 이르는 과정을 스스로 점검하며 논리적으로 생각하는 힘이 드러남',
      '배운 개념을 다른 상황과 연결하여 이해하려는 사고력이 돋보임',
      '하나의 답에 머물지 않고 다른 가능성까지 살피는 폭넓은 시각이 엿보임',
    ],
  },
  {
    name: 'expression',
    words: /발표|설명|기사|원고|취재|글[을로에]|글쓰기|말하|영상|포스터|보고서|신문|연주|노래|그림|표현/,
    comments: [
      '받아들이는 사람의 눈높이에 맞추어 핵심을 전하려는 노력이 엿보임',
      '자신의 생각을 짜임새 있게 정리하여 전하는 표현력이 돋보임',
      '내용을 충분히 소화하여 자신의 것으로 풀어내는 힘이 드러남',
    ],
  },
  {
    name: 'teamwork',
    words: /친구|모둠|함께|협력|협동|협업|조원|팀|토의|토론|짝|서로|의견/,
    comments: [
      '서로의 생각을 맞추어 가며 함께 답을 찾으려는 태도가 드러남',
      '혼자 앞서 나가기보다 모두가 참여하는 길을 먼저 고민하는 마음이 엿보임',
      '상대의 입장을 살피며 소통하려는 자세가 돋보임',
    ],
  },
  {
    name: 'care',
    words: /도[와왔움]|돕|배려|양보|경청|챙[기겨김]|나[눠누눔]|격려|위로|먼저|칭찬|인사|들어 [주줌]/,
    comments: [
      '주변을 세심하게 살피고 필요한 손길을 자연스럽게 건네는 따뜻함이 드러남',
      '작은 일에서도 상대의 마음을 헤아리려는 배려심이 돋보임',
      '말보다 행동으로 진심을 전하는 성품이 엿보임',
    ],
  },
  {
    name: 'leadership',
    words: /앞장|주도|제안|기획|리더|부장|반장|회장|모둠장|조장|팀장|이끌|이끎|맡[아았음은]|운영/,
    comments: [
      '필요한 일을 먼저 찾아 움직이는 주도성이 드러남',
      '전체의 흐름을 살피며 나아갈 방향을 함께 고민하는 책임감이 엿보임',
      '자신의 역할을 분명히 알고 끝까지 책임지려는 자세가 돋보임',
    ],
  },
  {
    name: 'diligence',
    words: /꾸준|매일|매번|매주|매시간|항상|늘 |성실|과제|정리|노트|준비|빠짐없이|청소|복습|연습/,
    comments: [
      '맡은 일을 미루지 않고 차분히 마무리하는 성실함이 드러남',
      '눈에 띄지 않는 부분까지 정성을 들이는 태도가 돋보임',
      '스스로 정한 약속을 지켜 나가려는 꾸준함이 엿보임',
    ],
  },
  {
    name: 'career',
    words: /진로|직업|학과|꿈|희망|관심|전공|미래|적성/,
    comments: [
      '관심 분야를 막연한 바람에 그치지 않고 구체적인 활동으로 이어 가려는 의지가 드러남',
      '자신의 강점과 흥미를 돌아보며 앞날을 그려 가는 진지함이 엿보임',
    ],
  },
  {
    name: 'reading',
    words: /책|읽|독서|소설|시[를집]|작품/,
    comments: [
      '글의 내용을 자신의 생각과 견주어 보며 깊이 있게 받아들이는 태도가 드러남',
      '읽기에서 얻은 생각을 다음 활동으로 이어 가려는 노력이 돋보임',
    ],
  },
  {
    name: 'creativity',
    words: /아이디어|새로[운이]|창의|독창|디자인|만[들듦]|구상|제작/,
    comments: [
      '익숙한 것을 새롭게 바라보며 자신만의 방식으로 풀어내는 창의성이 드러남',
      '떠올린 생각을 직접 결과물로 옮기는 실행력이 돋보임',
    ],
  },
]

/** How a version with an emphasis is written. */
export interface Manner {
  /** Themes it looks for first. */
  readonly themes: readonly string[]
  /** Comments on observations, at most. */
  readonly comments: number
  /** How an observation ends when it is turned into a remark: it follows `…한`. */
  readonly remarks: readonly string[]
  /** Last sentences; `{scene}` is where the record happens. */
  readonly closings: readonly string[]
  /** Two observations are joined into one sentence. */
  readonly joins: boolean
  /** Share of the budget to aim for, at most. */
  readonly share: number
}

export const manners: readonly Manner[] = [
  {
    themes: ['growth', 'diligence', 'inquiry', 'reading', 'career'],
    comments: 4,
    remarks: ['경험이 의미 있는 배움으로 이어짐', '과정에서 한층 성장한 모습을 보임'],
    closings: [
      '{scene} 전반에서 스스로를 돌아보며 한 걸음씩 나아가는 성장의 과정이 꾸준히 관찰됨',
      '결과보다 과정을 소중히 여기며 배운 것을 다음 활동으로 이어 가려는 노력이 {scene} 곳곳에서 드러남',
    ],
    joins: false,
    share: 0.85,
  },
  {
    themes: ['thinking', 'inquiry', 'expression', 'creativity', 'reading'],
    comments: 4,
    remarks: ['점에서 스스로를 이끄는 힘이 드러남', '모습에서 깊이 생각하는 자세가 엿보임'],
    closings: [
      '{scene}에서 얻은 배움을 자신의 것으로 만들고 생각을 넓혀 가는 역량이 고르게 드러남',
      '{scene} 전반에서 상황을 스스로 살피고 근거를 갖추어 판단하는 힘이 돋보임',
    ],
    joins: false,
    share: 0.85,
  },
  {
    themes: ['teamwork', 'care', 'leadership', 'diligence', 'expression'],
    comments: 4,
    remarks: ['모습에서 진솔한 태도가 느껴짐', '점에서 세심한 마음가짐이 느껴짐'],
    closings: [
      '{scene} 전반에서 주변과 조화를 이루며 자신의 몫을 다하려는 태도가 한결같음',
      '함께하는 이들을 존중하며 맡은 일에 정성을 다하는 자세가 {scene} 내내 이어짐',
    ],
    joins: false,
    share: 0.8,
  },
  {
    themes: ['expression', 'inquiry', 'leadership', 'care', 'creativity'],
    comments: 2,
    remarks: ['점이 인상적임', '모습이 눈에 띔', '점이 돋보임'],
    closings: [
      '이러한 사례 하나하나에서 {scene}에 스스로 참여하고 실천하려는 자세가 분명하게 드러남',
      '{scene}의 여러 장면에서 생각을 행동으로 옮기는 모습이 구체적으로 관찰됨',
    ],
    joins: true,
    share: 0.9,
  },
  {
    themes: ['diligence', 'thinking', 'teamwork', 'growth', 'care'],
    comments: 0,
    remarks: ['점이 돋보임'],
    closings: ['{scene} 전반에서 성실하고 주도적인 자세가 돋보임', '꾸준하고 진지하게 {scene}에 임하는 태도가 돋보임'],
    joins: true,
    share: 0.55,
  },
]

/** The last sentence's name for the whole. */
export const sceneNames: Record<RecordRequest['kind'], string> = {
  subject: '수업',
  individual: '학습 활동',
  behaviour: '학교생활',
  autonomy: '자율활동',
  club: '동아리 활동',
  career: '진로 활동',
}
