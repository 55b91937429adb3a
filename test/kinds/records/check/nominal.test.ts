import t from 'tap'
import { nominalEnding, presentNominal } from '../../../../src/kinds/records/check/nominal.ts'

t.test('a nominal form ends in ㅁ', async t => {
  for (const word of ['함', '보임', '만듦', '있음', '됨']) t.ok(nominalEnding(word), word)
  for (const word of ['했다', '함께', '하고', '적극', '한다']) t.notOk(nominalEnding(word), word)
})

const forms: [word: string, nominal: string | undefined][] = [
  ['발표했음', '발표함'],
  ['발표하였음', '발표함'],
  ['발표했다', '발표함'],
  ['발표한다', '발표함'],
  ['이해하였다', '이해함'],
  ['보였음', '보임'],
  ['기울였다', '기울임'],
  ['배웠음', '배움'],
  ['어려웠음', '어려움'],
  ['나눴다', '나눔'],
  ['됐음', '됨'],
  ['되었음', '됨'],
  ['주었음', '줌'],
  ['읽었다', '읽음'],
  ['찾았음', '찾음'],
  ['받았음', '받음'],
  ['다가갔음', '다가감'],
  ['나왔음', '나옴'],
  ['냈음', '냄'],
  ['썼음', '씀'],
  ['마쳤음', '마침'],
  ['자랐음', '자람'],
  ['시켰음', '시킴'],
  ['있다', '있음'],
  ['있었음', '있음'],
  // What its sound alone does not decide.
  ['들었음', undefined],
  ['만들었음', undefined],
  ['도왔음', undefined],
  ['지었음', undefined],
  ['부었음', undefined],
  ['이었음', undefined],
  ['올랐음', undefined],
  ['켰음', undefined],
  ['바빴음', undefined],
  ['있음', undefined],
  ['겠음', undefined],
  ['적극', undefined],
  ['음', undefined],
  ['다', undefined],
  ['', undefined],
]
for (const [word, nominal] of forms)
  t.test(`${word} -> ${nominal}`, async t => {
    t.equal(presentNominal(word), nominal)
  })
