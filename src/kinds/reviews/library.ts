import type { TaskLibrary } from '../../library/source.ts'
import type { ReviewInput } from './input.ts'

/** Diary entries and their reviews in the library, under the first line of the entry. */
export const reviewLibrary: TaskLibrary<ReviewInput> = {
  kind: 'review',

  async read(_tx, written) {
    return new Map(
      written.map(({ id, input, outputs: [output] }) => {
        const [body, text] = [input?.body, output?.text ?? '']
        const title = body?.trim().split('\n', 1)[0]
        const contents = body === undefined ? [text] : [body, text]
        const damaged = !input || output?.damaged === true
        return [id, { title, preview: text, contents, about: [], count: 1, damaged }]
      }),
    )
  },
}
