import { useState } from '../../preact.js'
import { emptyForm, forTheNext, savedForm } from './form-values.js'

/** The form's values, kept in this tab with every change. */
export function useFormValues() {
  const [values, setValues] = useState(() => ({ ...emptyForm, ...savedForm().read() }))
  return {
    values,
    /** @param {Partial<import('./form-values.js').FormValues>} changes */
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
