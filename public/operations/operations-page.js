import { addressOf } from '../base-path.js'
import { Logo } from '../logo.js'
import { html, useMemo, useState } from '../preact.js'
import { kept } from '../storage.js'
import { operationsApi } from './api.js'
import { FailedEvents } from './failed-events.js'
import { useOperatorServices } from './operator-context.js'
import { OverviewSection } from './overview/overview-section.js'
import { TokenForm } from './token-form.js'

/** Until the tab is closed. */
const keptToken = kept('sessionStorage', 'operator-token', '')

/** The page for operators who have entered their token. */
export function OperationsPage() {
  const { t, call } = useOperatorServices()
  const [token, setToken] = useState(keptToken.read)
  const [refused, setRefused] = useState(false)
  const api = useMemo(() => operationsApi(call, token), [token])

  /** @param {string} said */
  const enter = said => {
    keptToken.write(said)
    setRefused(false)
    setToken(said)
  }
  const leave = () => {
    keptToken.clear()
    setToken('')
  }
  const refuse = () => {
    leave()
    setRefused(true)
  }
  return html`
    <header class="site">
      <a class="brand" href=${addressOf('/')}><${Logo} size=${28} /> Conch</a>
      ${token && html`<button type="button" class="quiet" onClick=${leave}>${t('operations.leave')}</button>`}
    </header>
    <main id="content">
      <h1>${t('operations.title')}</h1>
      ${
        token
          ? html`<${OverviewSection} api=${api} />
              <${FailedEvents} api=${api} onRefused=${refuse} />`
          : html`<${TokenForm} refused=${refused} onToken=${enter} />`
      }
    </main>
  `
}
