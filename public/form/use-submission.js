import { Refused } from '../api.js'
import { explainError } from '../explain-error.js'
import { useEffect, useRef, useState } from '../preact.js'
import { useServices } from '../services.js'

/**
 * Sends a form that creates a task. What is wrong is shown at its field, which gets the focus; what failed is said in words. A
 * form that is being sent is not sent again.
 *
 * @template Values
 * @template {string} Name of a field
 * @param {object} options
 * @param {{ current: HTMLFormElement | null }} options.form
 * @param {(values: Values) => Partial<Record<Name, string>>} options.check what the server would refuse, in words; it decides,
 *   this only says it sooner
 * @param {(values: Values) => Promise<{ taskId: string }>} options.create
 * @param {(taskId: string, values: Values, shown: boolean) => 'leaves' | 'stays'} options.onCreated whether the page now leaves the
 *   form; `shown`: the user has not gone elsewhere meanwhile
 * @param {(refused: { pointer?: string, detail: string }, values: Values) => { name: Name, words: string } | undefined} options.refusal which field the
 *   server refused, by the JSON pointer that it gives, and what to say there
 */
export function useSubmission({ form, check, create, onCreated, refusal }) {
  const { t, announce } = useServices()
  // Not the state, which is one drawing late: Enter may come twice.
  const busy = useRef(false)
  const [sending, setSending] = useState(false)
  const [errors, setErrors] = useState(/** @type {Partial<Record<Name, string>>} */ ({}))
  const [refusals, setRefusals] = useState(0)
  const refused = useRef(/** @type {Values | undefined} */ (undefined))
  const shown = useRef(true)
  useEffect(
    () => () => {
      shown.current = false
    },
    [],
  )
  const [failure, setFailure] = useState(/** @type {string | undefined} */ (undefined))

  useEffect(() => {
    const invalid = form.current?.querySelector('[aria-invalid]')
    if (invalid instanceof HTMLElement) invalid.focus()
  }, [refusals])

  /** @param {boolean} now */
  const setBusy = now => {
    busy.current = now
    setSending(now)
  }

  /** @param {Partial<Record<Name, string>>} found @param {Values} values */
  const refuse = (found, values) => {
    refused.current = values
    setErrors(found)
    setRefusals(count => count + 1)
    announce(`${t('form.invalid')} ${Object.values(found).join(' ')}`)
  }

  /** @param {Values} values */
  const send = async values => {
    if (busy.current) return
    setFailure(undefined)
    const found = check(values)
    if (Object.keys(found).length > 0) return refuse(found, values)
    setErrors({})
    setBusy(true)
    const created = await create(values).catch(fail)
    // Until a page that leaves the form has gone on, a second Enter must not create another.
    if (!created || onCreated(created.taskId, values, shown.current) === 'stays') setBusy(false)

    /** @param {unknown} error */
    function fail(error) {
      const named = error instanceof Refused ? refusedFields(error, values) : {}
      if (Object.keys(named).length > 0) return refuse(named, values)
      setFailure(explainError(error, t))
      announce(`${t('form.failed')} ${explainError(error, t)}`)
    }
  }

  /** @param {Refused} error @param {Values} values */
  const refusedFields = (error, values) => {
    const found = /** @type {Partial<Record<Name, string>>} */ ({})
    for (const refused of error.errors) {
      const field = refusal(refused, values)
      if (field) found[field.name] = field.words
    }
    return found
  }
  /** Errors go when their fields are mended, and not before. @param {Values} values as they are now */
  const mend = values => {
    const before = refused.current
    if (!before || Object.keys(errors).length === 0) return
    const found = check(values)
    const left = /** @type {Name[]} */ (Object.keys(errors)).filter(
      name => found[name] || /** @type {any} */ (values)[name] === /** @type {any} */ (before)[name],
    )
    if (left.length === Object.keys(errors).length) return
    const still = /** @type {Partial<Record<Name, string>>} */ ({})
    for (const name of left) still[name] = errors[name]
    setErrors(still)
  }
  return { send, sending, errors, failure, mend }
}
