import { useLayoutEffect, useState } from '../../preact.js'
import { useServices } from '../../services.js'
import { changed, emptyForm, forTheNext, savedForm } from './form-values.js'

/** @typedef {import('./form-values.js').FormValues} FormValues */

/**
 * The form's values, kept in this tab with every change. A form that the server has drawn is empty; what was kept, typed or sent
 * before this script was there joins it at once.
 *
 * @param {(values: FormValues) => void} send
 */
export function useFormValues(send) {
  const { early } = useServices()
  const [values, setValues] = useState(() =>
    // Of what is there Preact leaves all fields as they are but a textarea.
    early.pending
      ? { ...emptyForm, observations: early.typed.observations ?? '' }
      : { ...emptyForm, ...savedForm().read() },
  )
  useLayoutEffect(() => {
    if (!early.pending) return
    const next = { ...emptyForm, ...savedForm().read(), ...changed(early.typed) }
    setValues(next)
    savedForm().write(next)
    if (early.take()) send(next)
  }, [])
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
