import { ChatPage } from './chat/chat-page.js'
import { LibraryPage } from './library/library-page.js'
import { LinkNotice } from './link-notice.js'
import { LoadFault } from './load-fault.js'
import { Bell } from './notifications/bell.js'
import { SettingsPage } from './notifications/settings-page.js'
import { html } from './preact.js'
import { QuizzesPage } from './quizzes/quizzes-page.js'
import { RecordsPage } from './records/records-page.js'
import { ReviewsPage } from './reviews/reviews-page.js'
import { ServicesContext, useServices } from './services.js'
import { useLoaded } from './use-loaded.js'
import { useRoute } from './use-route.js'

/** @param {{ services: import('./services.js').Services }} props */
export function App({ services }) {
  return html`<${ServicesContext.Provider} value=${services}><${Shell} /><//>`
}

/** The kinds of text and the library of them all, each with the page it begins with. */
const sections = /** @type {const} */ ([
  { name: 'records', url: '#' },
  { name: 'reviews', url: '#reviews' },
  { name: 'chat', url: '#chat' },
  { name: 'quizzes', url: '#quizzes' },
  { name: 'library', url: '#library' },
])

function Shell() {
  const { t, api } = useServices()
  const place = useRoute()
  // Before anything else: the first answer brings the cookie that identifies the owner.
  const { value: model, fault, load } = useLoaded(api.model)
  return html`
    <a class="skip" href="#content" onClick=${skip}>${t('app.skip')}</a>
    <header class="site">
      <a class="brand" href="#"><img src="/favicon.svg" alt="" width="28" height="28" /> Conch</a>
      <nav aria-label=${t('nav.label')}>
        ${sections.map(
          ({ name, url }) =>
            html`<a key=${name} href=${url} aria-current=${place.section === name ? 'true' : undefined}>${t(`nav.${name}`)}</a>`,
        )}
      </nav>
      ${model && html`<${Bell} />`}
    </header>
    ${model?.demo && html`<p class="demo"><strong>${t('demo.title')}</strong> ${t('demo.text')}</p>`}
    <${LinkNotice} />
    <main id="content" tabindex="-1">
      ${model && html`<${Section} key=${place.section} place=${place} />`}
      ${fault !== undefined && html`<${LoadFault} words=${t('load.failed')} fault=${fault} onAgain=${load} />`}
    </main>
    <footer class="site">
      <p>${t(`${place.section}.duty`)}</p>
      <p class="model">${model?.name} <a href="/docs">${t('nav.docs')}</a></p>
    </footer>
  `
}

/** @param {{ place: import('./route.js').Place }} props */
function Section({ place }) {
  switch (place.section) {
    case 'records':
      return html`<${RecordsPage} place=${place} />`
    case 'reviews':
      return html`<${ReviewsPage} place=${place} />`
    case 'chat':
      return html`<${ChatPage} place=${place} />`
    case 'quizzes':
      return html`<${QuizzesPage} place=${place} />`
    case 'library':
      return html`<${LibraryPage} arrived=${place.arrived} />`
    case 'notifications':
      return html`<${SettingsPage} place=${place} />`
  }
}

/** The hash names the page, so this link must not change it. @param {Event} event */
function skip(event) {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
