import { explainError } from './explain-error.js'
import { useState } from './preact.js'
import { useServices } from './services.js'

/**
 * A user's action by a button: a failure is shown and announced.
 */
export function useAction() {
  const { t, announce } = useServices()
  const [fault, setFault] = useState(/** @type {string | undefined} */ (undefined))
  /**
   * @param {Promise<unknown>} action
   * @returns {Promise<boolean>} whether it was done
   */
  const attempt = async action => {
    setFault(undefined)
    try {
      await action
      return true
    } catch (error) {
      setFault(explainError(error, t))
      announce(`${t('action.failed')} ${explainError(error, t)}`)
      return false
    }
  }
  return { fault, attempt }
}
