/** Answers as models write them, with every mark that they use. */
export const answers: readonly string[] = [
  `# 제목

안녕 **강조(설명)**은 *기울임*, 가격은 $5, $10이고 \`x\` 그리고 \`\`a\`b\`\` $x^2$입니다. [링크](https://a.b/c) https://example.com에서 ![그림](https://x.y/z.png?secret) ~~지움~~ ***둘 다***

1. 하나
2. **둘**: 셋
   - 안 \`코드\`
   - [링크](https://q.r/a_(b))

- [ ] 하나
- [x] 둘

> 인용 **굵게**
> 둘째

| a | b |
|---|:-:|
| **1** | 2<br>3 |
| \`a\` | [x](https://y.z) |

글 뒤

\`\`\`js
let x = \`1\`
\`\`\`

각주[^1]와 [참고][r]. 2 * 3 = 6, snake_case, 2*3*4

---

$$
\\frac{1}{2}
$$

\\(a+b\\)와 \\[c\\]

[^1]: 주석 내용

[r]: https://r.example/

끝`,
  `Sure! Here's how:

## Setup

1. Install it:

   \`\`\`bash
   npm install
   \`\`\`

2. Run \`npm start\`, then open <http://localhost:3000>.

Setext heading
==============

* one
* two

  second paragraph of **two**

+ plus

~~~python
print("hi")
~~~

| left | right |
| :--- | ----: |
| a | 1 |

Some *emphasis*, __strong__, _under_, **bold with \`code\`**, a line\\
break and an escape \\*not em\\*.

> - quoted list
> - **second**
>
> \`\`\`
> quoted code
> \`\`\`

![alt](https://img.example/a.png "title") and [titled](https://a.example "t")

Done.`,
  '글만 있는 답. **둘째** 문장.\n새 줄\n\n- 하나\n\n  속 문단\n- 둘\n\n끝 **굵게 열린 채',
  '| 이름 | 나이 |\n| --- | --- |\n| 가 | 1 |\n\n- a\n- b\n  1. c\n     - d\n\n```\n코드 | 표 | **아님**\n|---|\n```\n\n$$x$$\n\n$a_1$과 $b_2$의 합',
]
