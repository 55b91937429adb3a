import type { Chat } from './chat.ts'

/**
 * For a user who wants a table, code, a formula or a list: one of each, as a real model would write it, so that the demo shows how
 * the page draws them. Always the same; it says that it is an example.
 */
export function formattedExample({ main, kind, notes }: Chat): string | undefined {
  if (kind !== 'question' && kind !== 'request') return undefined
  if (!/마크다운|표로|표를|코드|수식|공식|목록으로|체크리스트/.test(main)) return undefined
  const called = notes.name === undefined ? '' : `${notes.name} 님, `
  return `${called}저는 정해진 규칙으로 답하는 데모 모델이라 물으신 내용은 잘 몰라요. 대신 실제 모델의 답이 **어떻게 보이는지** 보여 드릴게요.[^1]

## 표와 목록

| 요일 | 할 일 | 시간 |
|:--|:--|--:|
| 월 | 자료 모으기 | 30분 |
| 수 | 그래프 그리기 | 45분 |
| 금 | 발표 연습 | 20분 |

- [x] 주제 정하기
- [ ] 설문 만들기
- [ ] 결과 *정리*하기

## 코드와 수식

평균은 $\\bar{x} = \\frac{1}{n}\\sum_{i=1}^{n} x_i$이고, \`reduce\`로 이렇게 구해요.

\`\`\`js
// 점수의 평균을 구한다.
const mean = scores => scores.reduce((sum, score) => sum + score, 0) / scores.length
console.log(mean([80, 95, 72]))
\`\`\`

> 실제 모델을 연결하면 같은 자리에서 물으신 것에 맞는 답을 받으실 수 있어요.

[^1]: 이 답은 보기일 뿐이고, 늘 같아요.`
}
