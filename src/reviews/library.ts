import type { TaskLibrary } from '../library/source.ts'
import type { ReviewInput } from './input.ts'

/** Diary entries and what was said of them in the library, under the first line of the entry. */
export const reviewLibrary: TaskLibrary<ReviewInput> = {
  kind: 'review',

  async read(_tx, written) {
    return new Map(
      written.map(({ id, input: { body }, outputs }) => {
        const text = outputs[0]?.text ?? ''
        const title = body.trim().split('\n', 1)[0]
        return [id, { title, preview: text, contents: [body, text], about: [], count: 1 }]
      }),
    )
  },
}
