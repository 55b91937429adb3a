import { addressOf } from './base-path.js'
import { lazy } from './lazy.js'
import { LinkNotice } from './link-notice.js'
import { Logo } from './logo.js'
import { Bell } from './notifications/bell.js'
import { html } from './preact.js'
import { RecordsPage } from './records/records-page.js'
import { recordsUrl, startUrl } from './route.js'
import { ServicesContext, useServices } from './services.js'
import { LanguageChoice, ThemeChoice } from './settings.js'
import { StartPage } from './start/start-page.js'
import { useRoute } from './use-route.js'

const ReviewsPage = lazy(async () => (await import('./later.js')).ReviewsPage)
const ChatPage = lazy(async () => (await import('./later.js')).ChatPage)
const QuizzesPage = lazy(async () => (await import('./later.js')).QuizzesPage)
const LibraryPage = lazy(async () => (await import('./later.js')).LibraryPage)
const SettingsPage = lazy(async () => (await import('./later.js')).SettingsPage)

/** @param {{ services: import('./services.js').Services, hash: string }} props */
export function App({ services, hash }) {
  return html`<${ServicesContext.Provider} value=${services}><${Shell} hash=${hash} /><//>`
}

/** The kinds of text and the library of them all, each with the page it begins with. */
const sections = /** @type {const} */ ([
  { name: 'records', url: recordsUrl },
  { name: 'reviews', url: '#reviews' },
  { name: 'chat', url: '#chat' },
  { name: 'quizzes', url: '#quizzes' },
  { name: 'library', url: '#library' },
])

/** @param {{ hash: string }} props */
function Shell({ hash }) {
  const { t, facts } = useServices()
  const place = useRoute(hash)
  const { model } = facts
  return html`
    <a class="skip" href="#content" onClick=${skip}>${t('app.skip')}</a>
    <header class="site">
      <a class="brand" href=${startUrl}><${Logo} size=${28} /> Conch</a>
      <nav aria-label=${t('nav.label')}>
        ${sections.map(
          ({ name, url }) =>
            html`<a key=${name} href=${url} aria-current=${place.section === name ? 'true' : undefined}>${t(`nav.${name}`)}</a>`,
        )}
      </nav>
      <${Bell} />
    </header>
    ${model.demo && html`<p class="demo"><strong>${t('demo.title')}</strong> ${t('demo.text')}</p>`}
    <${LinkNotice} />
    <main id="content" tabindex="-1"><${Section} key=${place.section} place=${place} /></main>
    <footer class="site">
      <p>${t(`${place.section}.duty`)}</p>
      <p class="model">${model.name} <a href=${addressOf('/docs')}>${t('nav.docs')}</a></p>
      <div class="settings"><${ThemeChoice} /><${LanguageChoice} /></div>
    </footer>
  `
}

/** @param {{ place: import('./route.js').Place }} props */
function Section({ place }) {
  switch (place.section) {
    case 'start':
      return html`<${StartPage} arrived=${place.arrived} />`
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
