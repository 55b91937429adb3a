import { laterStyles } from './later-styles.js'
import { LoadFault } from './load-fault.js'
import { html, useEffect, useState } from './preact.js'
import { useServices } from './services.js'

/**
 * A component whose code is fetched when it is shown first, or before, by `prefetch`. It is shown together with its styles.
 *
 * @template {object} Props
 * @param {() => Promise<import('preact').FunctionComponent<Props>>} load by `import()`
 * @returns {import('preact').FunctionComponent<Props> & { prefetch: () => Promise<void> }}
 */
export function lazy(load) {
  /** The same for the whole page: a module is loaded once. @type {import('preact').FunctionComponent<Props> | undefined} */
  let loaded
  const prefetch = async () => {
    const [component] = await Promise.all([load(), laterStyles()])
    loaded = component
  }

  /** @param {Props} props */
  function Lazy(props) {
    const { t } = useServices()
    const [, setDone] = useState(loaded !== undefined)
    const [fault, setFault] = useState(/** @type {unknown} */ (undefined))
    useEffect(() => {
      // It may have come since this was drawn.
      if (loaded) setDone(true)
      else prefetch().then(() => setDone(true), setFault)
    }, [])
    // A file that a new version no longer has: the document of that version names its own.
    if (fault !== undefined)
      return html`<${LoadFault} words=${t('load.failed')} fault=${fault} onAgain=${() => location.reload()} />`
    if (!loaded) return html`<p class="quiet" aria-busy="true">${t('task.loading')}</p>`
    return html`<${loaded} ...${props} />`
  }
  return Object.assign(Lazy, { prefetch })
}
