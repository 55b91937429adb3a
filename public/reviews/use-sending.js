import { Refused } from '../api.js'
import { explainError } from '../explain-error.js'
import { useEffect, useState } from '../preact.js'
import { reviewUrl } from '../route.js'
import { useServices } from '../services.js'
import { draft } from './diaries.js'

/**
 * Sends the form and goes to the task it started; what is wrong with the diary is shown at its field, which gets the
 * focus.
 *
 * @param {{ current: HTMLFormElement | null }} form
 */
export function useSending(form) {
  const { t, api, announce, started } = useServices()
  const [sending, setSending] = useState(false)
  const [fault, setFault] = useState(/** @type {string | undefined} */ (undefined))
  const [failure, setFailure] = useState(/** @type {string | undefined} */ (undefined))

  useEffect(() => {
    const invalid = form.current?.querySelector('[aria-invalid]')
    if (invalid instanceof HTMLElement) invalid.focus()
  }, [fault])

  /** @param {string} words */
  const refuse = words => {
    setFault(words)
    announce(words)
  }

  /** @param {import('./diaries.js').Diary} diary */
  const send = async diary => {
    if (sending) return
    setFailure(undefined)
    setFault(undefined)
    if (!diary.body.trim()) return refuse(t('reviews.form.invalid.empty'))
    if (Array.from(diary.body).length > longestBody) return refuse(t('reviews.form.invalid.long', { max: longestBody }))
    setSending(true)
    try {
      const { taskId } = await api.reviews.create(diary)
      draft().write({ ...diary, body: '' })
      started.add(taskId)
      announce(t('reviews.say.created'))
      location.hash = reviewUrl(taskId)
    } catch (error) {
      setSending(false)
      const named = error instanceof Refused && error.errors.find(({ pointer }) => pointer === '/body')
      if (named) return refuse(t('form.invalid.field', { detail: named.detail }))
      setFailure(explainError(error, t))
      announce(`${t('form.failed')} ${explainError(error, t)}`)
    }
  }
  return { send, sending, fault, failure }
}

/** What the server takes (`ReviewInput` in `src/kinds/reviews/input.ts`); it decides, this only says it sooner and in words. In code points. */
const longestBody = 20_000
