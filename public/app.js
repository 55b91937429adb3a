import { explainError } from './explain-error.js'
import { History } from './history/history.js'
import { html, useEffect, useState } from './preact.js'
import { useRoute } from './route.js'
import { ServicesContext, useServices } from './services.js'
import { TaskPage } from './task/task-page.js'
import { WritePage } from './write/write-page.js'

/** @param {{ services: import('./services.js').Services }} props */
export function App({ services }) {
  return html`<${ServicesContext.Provider} value=${services}><${Shell} /><//>`
}

function Shell() {
  const { t } = useServices()
  const route = useRoute()
  const { limits, model, fault, load } = useSetup()
  return html`
    <a class="skip" href="#content" onClick=${skip}>${t('app.skip')}</a>
    <header class="site">
      <a class="brand" href="#"><img src="/favicon.svg" alt="" width="28" height="28" /> Conch <span>${t('app.tagline')}</span></a>
      <nav aria-label=${t('nav.label')}>
        <a href="#" aria-current=${route.page === 'write' ? 'page' : undefined}>${t('nav.write')}</a>
        <a href="#history" aria-current=${route.page === 'history' ? 'page' : undefined}>${t('nav.history')}</a>
        <a href="/docs">${t('nav.docs')}</a>
      </nav>
    </header>
    ${model?.demo && html`<p class="demo"><strong>${t('demo.title')}</strong> ${t('demo.text')}</p>`}
    <main id="content" tabindex="-1">
      ${
        limits
          ? html`<${Page} key=${location.hash} route=${route} limits=${limits} />`
          : fault !== undefined &&
            html`<div class="notice bad">
              <p><strong>${t('load.failed')}</strong> ${explainError(fault, t)}</p>
              <button type="button" onClick=${load}>${t('load.again')}</button>
            </div>`
      }
    </main>
    <footer class="site">
      <p>${t('footer.duty')}</p>
      ${model && html`<p class="model">${model.name}</p>`}
    </footer>
  `
}

/** @param {{ route: import('./route.js').Place, limits: import('./api.js').Limits }} props */
function Page({ route, limits }) {
  if (route.page === 'task')
    return html`<${TaskPage} taskId=${route.taskId} arrived=${route.arrived} limits=${limits} />`
  if (route.page === 'history') return html`<${History} arrived=${route.arrived} limits=${limits} />`
  return html`<${WritePage} arrived=${route.arrived} limits=${limits} />`
}

/** The limits the page is built from, and which model writes. */
function useSetup() {
  const { api, t, announce } = useServices()
  const [limits, setLimits] = useState(/** @type {import('./api.js').Limits | undefined} */ (undefined))
  const [model, setModel] = useState(/** @type {import('./api.js').Model | undefined} */ (undefined))
  const [fault, setFault] = useState(/** @type {unknown} */ (undefined))
  const load = async () => {
    setFault(undefined)
    try {
      // One after the other: the first answer brings the cookie that says who we are.
      setModel(await api.model())
      const known = await api.limits()
      setLimits({ ...known, items: known.items.filter(row => row.current) })
    } catch (error) {
      setFault(error)
      announce(`${t('load.failed')} ${explainError(error, t)}`)
    }
  }
  useEffect(() => void load(), [])
  return { limits, model, fault, load }
}

/** The hash names the page, so this link must not change it. @param {Event} event */
function skip(event) {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
