/** A feeling that words show, and what is said to someone who has it. */
export interface Feeling {
  readonly name: string
  readonly mood: 'hard' | 'good'
  readonly words: RegExp
  /** Before a noun: `…한 마음`. */
  readonly modifier: string
  readonly empathy: string
}

/** The more particular before the more general. */
export const feelings: readonly Feeling[] = [
  {
    name: '서운함',
    mood: 'hard',
    words: /서운|섭섭/,
    modifier: '서운한',
    empathy: '가까운 사이일수록 더 서운하셨을 거예요.',
  },
  {
    name: '억울함',
    mood: 'hard',
    words: /억울/,
    modifier: '억울한',
    empathy: '제대로 말도 못 하고 얼마나 억울하셨어요.',
  },
  {
    name: '속상함',
    mood: 'hard',
    words: /속상|속이 상|싸[웠워운]|혼났|망쳤|탈락|불합격|(?:시험|면접)에서? 떨어/,
    modifier: '속상한',
    empathy: '정말 많이 속상하셨겠어요.',
  },
  {
    name: '화',
    mood: 'hard',
    words: /(?<![가-힣])화[가를] ?[나났내냈]|화났|짜증|열받|분했|분하/,
    modifier: '화나는',
    empathy: '화가 나실 만했어요.',
  },
  {
    name: '불안함',
    mood: 'hard',
    words: /불안|걱정|초조|긴장|떨렸|떨려|조마조마/,
    modifier: '불안한',
    empathy: '마음을 놓지 못하고 내내 애쓰셨겠어요.',
  },
  {
    name: '외로움',
    mood: 'hard',
    words: /외로|외롭|쓸쓸|혼자인 것|소외/,
    modifier: '외로운',
    empathy: '곁에 누가 있어 주었으면 하셨을 것 같아요.',
  },
  {
    name: '부끄러움',
    mood: 'hard',
    words: /부끄러|부끄럽|창피|민망|쪽팔/,
    modifier: '부끄러운',
    empathy: '그 순간이 자꾸 떠올라 얼굴이 뜨거우셨겠어요.',
  },
  {
    name: '미안함',
    mood: 'hard',
    words: /미안|죄책|후회|자책/,
    modifier: '미안하고 아쉬운',
    empathy: '마음이 쓰이는 것은 그만큼 소중히 여기신다는 뜻이에요.',
  },
  {
    name: '실망감',
    mood: 'hard',
    words: /실망|허무|허탈|아쉬[웠움워]|아쉽/,
    modifier: '아쉬운',
    empathy: '기대한 만큼 마음이 더 내려앉으셨겠어요.',
  },
  {
    name: '막막함',
    mood: 'hard',
    words: /막막|답답|모르겠|어떡하|어떻게 해야/,
    modifier: '막막한',
    empathy: '어디서부터 손을 대야 할지 보이지 않을 때가 가장 힘들지요.',
  },
  {
    name: '두려움',
    mood: 'hard',
    words: /무서[웠워움운]|무섭|두려|두렵|겁[이나났]/,
    modifier: '두려운',
    empathy: '많이 무서우셨을 텐데 여기까지 오셨네요.',
  },
  {
    name: '그리움',
    mood: 'hard',
    words: /그리[웠워운움]|그립|보고 ?싶/,
    modifier: '그리운',
    empathy: '보고 싶은 마음은 그만큼 깊이 아꼈다는 뜻이에요.',
  },
  {
    name: '슬픔',
    mood: 'hard',
    words: /슬[프퍼펐픈픔]|헤어[졌져진]|이별|눈물|울었|울컥|우울|펑펑/,
    modifier: '슬픈',
    empathy: '얼마나 마음이 무거우셨을까요.',
  },
  {
    name: '지침',
    mood: 'hard',
    words: /지[쳤친치쳐]|피곤|번아웃|힘들|힘든|힘듦|힘겨|버거|버겁|기운이 없|녹초/,
    modifier: '지친',
    empathy: '정말 많이 애쓰셨어요.',
  },
  {
    name: '지루함',
    mood: 'hard',
    words: /지루|심심|무기력|의욕이 없/,
    modifier: '가라앉은',
    empathy: '아무것도 손에 잡히지 않는 날도 있지요.',
  },
  {
    name: '뿌듯함',
    mood: 'good',
    words: /뿌듯|보람|자랑스|해냈|성취/,
    modifier: '뿌듯한',
    empathy: '스스로를 마음껏 자랑스러워하셔도 돼요.',
  },
  {
    name: '고마움',
    mood: 'good',
    words: /고마[웠워운움]|고맙|감사/,
    modifier: '고마운',
    empathy: '고마움을 알아보는 마음이 참 따뜻해요.',
  },
  {
    name: '설렘',
    mood: 'good',
    words: /설[레렜렌렘렐]|기대[된되돼]|두근/,
    modifier: '설레는',
    empathy: '설레는 마음이 여기까지 전해져요.',
  },
  {
    name: '편안함',
    mood: 'good',
    words: /편안|평온|여유로|홀가분|후련|안심|다행/,
    modifier: '편안한',
    empathy: '마음을 내려놓을 자리가 있어서 다행이에요.',
  },
  {
    name: '기쁨',
    mood: 'good',
    words: /기[쁘뻤쁜쁨뻐]|행복|신[났나난]|즐거|즐겁|재미있|재밌|좋았|좋은 하루|최고였|(?<!비)웃었/,
    modifier: '기쁜',
    empathy: '저까지 웃음이 나요.',
  },
]

/** The feelings in a text, in its order, each once. What it denies (힘들지 않았다, 안 무서웠다) does not count. */
export function feelingsIn(sentences: readonly string[]): Feeling[] {
  const found = new Set<Feeling>()
  for (const sentence of sentences) {
    const said = sentence
      .replace(/[가-힣]{1,8}지(?:는|도|가)? ?(?:않|못)[가-힣]{0,6}/g, ' ')
      .replace(/(?<![가-힣])(?:안|못) [가-힣]{1,10}/g, ' ')
    for (const feeling of feelings) if (feeling.words.test(said)) found.add(feeling)
  }
  return [...found]
}

/** Whether someone may be in danger. A manner of speaking (배고파 죽겠다) does not count. */
export function inDanger(text: string): boolean {
  return /죽고 ?싶|죽어 ?버리고|자살|자해|목숨을 끊|살기 ?싫|살고 ?싶지 ?않|사라져 ?버리고 ?싶|극단적(?:인|으로)? ?(?:선택|생각)/.test(
    text,
  )
}
