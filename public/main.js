import { createAnnouncer } from './announcer.js'
import { createApi } from './api.js'
import { App } from './app.js'
import { chatApi } from './chat/api.js'
import { createI18n } from './i18n.js'
import { libraryApi } from './library/api.js'
import { notificationsApi } from './notifications/api.js'
import { html, render } from './preact.js'
import { quizzesApi } from './quizzes/api.js'
import { recordsApi } from './records/api.js'
import { reviewsApi } from './reviews/api.js'
import { TaskChanges } from './task-changes.js'

const i18n = createI18n(navigator.languages)
document.documentElement.lang = i18n.lang

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
  const services = { ...i18n, api, changes: new TaskChanges(), announce, started: new Set() }
  render(html`<${App} services=${services} />`, root)
}

// A clicked notification opens its place in a window that is open.
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data?.type === 'open') location.hash = data.hash
})
