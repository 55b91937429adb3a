import { explainError } from '../explain-error.js'
import { useState } from '../preact.js'
import { useOperatorServices } from './operator-context.js'

/** An operator's action by a button: a failure is shown and announced. */
export function useOperation() {
  const { t, announce } = useOperatorServices()
  const [fault, setFault] = useState(/** @type {string | undefined} */ (undefined))
  return {
    fault,
    /**
     * @template Result
     * @param {Promise<Result>} operation
     * @returns {Promise<Result | undefined>} undefined when it failed
     */
    attempt: async operation => {
      setFault(undefined)
      try {
        return await operation
      } catch (error) {
        const words = `${t('action.failed')} ${explainError(error, t)}`
        setFault(words)
        announce(words)
      }
    },
  }
}
