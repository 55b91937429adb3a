import { useSubmission } from '../form/use-submission.js'
import { reviewUrl } from '../route.js'
import { useServices } from '../services.js'
import { draft } from './diaries.js'

/** What the server takes (`ReviewInput` in `src/kinds/reviews/input.ts`). In code points. */
const longestBody = 20_000

/**
 * Sends a diary and goes to the reply that it started.
 *
 * @param {{ current: HTMLFormElement | null }} form
 */
export function useReviewSubmission(form) {
  const { t, api, announce, started } = useServices()
  return useSubmission({
    form,
    /** @param {import('./diaries.js').Diary} diary @returns {{ body?: string }} */
    check({ body }) {
      if (!body.trim()) return { body: t('reviews.form.invalid.empty') }
      if (Array.from(body).length > longestBody) return { body: t('reviews.form.invalid.long', { max: longestBody }) }
      return {}
    },
    create: diary => api.reviews.create(diary),
    onCreated(taskId, diary, shown) {
      // Not what was typed meanwhile.
      if (draft().read().body === diary.body) draft().write({ ...diary, body: '' })
      started.add(taskId)
      announce(t('reviews.say.created'))
      if (shown) location.hash = reviewUrl(taskId)
      return 'leaves'
    },
    refusal({ pointer, detail }) {
      return pointer === '/body' ? { name: 'body', words: t('form.invalid.field', { detail }) } : undefined
    },
  })
}
