import { createAnnouncer } from '../announcer.js'
import { createApi } from '../api.js'
import { createI18n } from '../i18n.js'
import { laterStyles } from '../later-styles.js'
import { html, render } from '../preact.js'
import { OperationsPage } from './operations-page.js'
import { OperatorContext } from './operator-context.js'

const i18n = createI18n([document.documentElement.lang])
document.title = `${i18n.t('operations.title')} – Conch`

const announcer = document.getElementById('announcer')
const root = document.getElementById('app')
if (announcer && root) {
  laterStyles()
  const services = { ...i18n, call: createApi().call, announce: createAnnouncer(announcer) }
  render(html`<${OperatorContext.Provider} value=${services}><${OperationsPage} /><//>`, root)
}
