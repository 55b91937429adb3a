import { useEffect, useLayoutEffect, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { changed, emptyForm, forTheNext, savedForm } from './form-values.js'

/** @typedef {import('./form-values.js').FormValues} FormValues */

/**
 * The form's values, kept in this tab with every change. A form that the server has drawn is empty; what was kept, typed or sent
 * before this script was there joins it at once.
 *
 * @param {(values: FormValues) => void} send
 * @param {number} presentYear
 */
export function useFormValues(send, presentYear) {
  const { early } = useServices()
  const [values, setValues] = useState(() =>
    // Of what is there Preact leaves all fields as they are but a textarea.
    early.pending
      ? { ...emptyForm, observations: early.typed.observations ?? '' }
      : { ...emptyForm, ...savedForm().read() },
  )
  useLayoutEffect(() => {
    if (!early.pending) return
    const next = { ...emptyForm, ...savedForm().read(), ...changed(early.typed, presentYear) }
    setValues(next)
    savedForm().write(next)
    if (early.take()) send(next)
  }, [])
  // A form that was left while it was sent is emptied when the server has accepted it: also the one that is shown by then.
  useEffect(() => savedForm().watch(next => setValues({ ...emptyForm, ...next })), [])
  return {
    values,
    /** @param {Partial<FormValues>} changes */
    set: changes => {
      const next = { ...values, ...changes }
      savedForm().write(next)
      setValues(next)
    },
    /** For the next student: the category, the subject and the settings stay. */
    clear: () => {
      const next = forTheNext(values)
      savedForm().write(next)
      setValues(next)
      document.getElementById('observations')?.focus()
    },
  }
}
