import { createAnnouncer } from './announcer.js'
import { createApi } from './api.js'
import { App } from './app.js'
import { chatApi } from './chat/api.js'
import { bringToLife, factsOfDocument } from './first-view.js'
import { createI18n } from './i18n.js'
import { laterStyles } from './later-styles.js'
import { libraryApi } from './library/api.js'
import { notificationsApi } from './notifications/api.js'
import { html } from './preact.js'
import { quizzesApi } from './quizzes/api.js'
import { recordsApi } from './records/api.js'
import { reviewsApi } from './reviews/api.js'
import { TaskChanges } from './task-changes.js'

const i18n = createI18n([document.documentElement.lang])

const shared = createApi()
const api = {
  ...shared,
  records: recordsApi(shared.call),
  reviews: reviewsApi(shared.call),
  chat: chatApi(shared.call),
  quizzes: quizzesApi(shared.call),
  library: libraryApi(shared.call),
  notifications: notificationsApi(shared.call),
}

const announcer = document.getElementById('announcer')
const root = document.getElementById('app')
if (announcer && root) {
  const announce = createAnnouncer(announcer)
  const facts = factsOfDocument()
  bringToLife(root, early => {
    const services = { ...i18n, api, changes: new TaskChanges(), announce, started: new Set(), facts, early }
    return html`<${App} services=${services} hash=${location.hash} />`
  })
  laterStyles()
}

// A clicked notification opens its place in a window that is open.
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data?.type === 'open') location.hash = data.hash
})
