import { createContext, useContext } from '../preact.js'

/**
 * What every part of the operators' page needs: words, the server, the live region.
 *
 * @typedef {import('../i18n.js').I18n & {
 *   call: import('../api.js').Call,
 *   announce: (message: string) => void,
 * }} OperatorServices
 */

export const OperatorContext = createContext(/** @type {OperatorServices | undefined} */ (undefined))

/** @returns {OperatorServices} */
export function useOperatorServices() {
  const services = useContext(OperatorContext)
  if (!services) throw new Error('no services above this component')
  return services
}
