import { createAnnouncer } from './announcer.js'
import { createApi } from './api.js'
import { App } from './app.js'
import { chatApi } from './chat/api.js'
import { bringToLife, factsOfDocument } from './first-view.js'
import { createI18n } from './i18n.js'
import { laterStyles } from './later-styles.js'
import { libraryApi } from './library/api.js'
import { Link } from './link.js'
import { notificationsApi } from './notifications/api.js'
import { html } from './preact.js'
import { quizzesApi } from './quizzes/api.js'
import { recordsApi } from './records/api.js'
import { reviewsApi } from './reviews/api.js'
import { SharedStream } from './stream/shared-stream.js'
import { createSubmit } from './submit.js'
import { TaskChanges } from './task-changes.js'
import { surviveTranslation } from './text/survive-translation.js'

const i18n = createI18n([document.documentElement.lang])

const shared = createApi()
const link = new Link()
const submit = createSubmit(shared.call, link)
const api = {
  ...shared,
  records: recordsApi(shared.call, submit),
  reviews: reviewsApi(shared.call, submit),
  chat: chatApi(shared.call, submit),
  quizzes: quizzesApi(shared.call, submit),
  library: libraryApi(shared.call),
  notifications: notificationsApi(shared.call),
}

const announcer = document.getElementById('announcer')
const root = document.getElementById('app')
if (announcer && root) {
  const announce = createAnnouncer(announcer)
  const services = {
    ...i18n,
    api,
    link,
    stream: lazily(newStream),
    changes: new TaskChanges(),
    announce,
    started: new Set(),
    facts: factsOfDocument(),
  }
  surviveTranslation(root)
  bringToLife(root, early => html`<${App} services=${{ ...services, early }} hash=${location.hash} />`)
  laterStyles()
}

/** The document has brought the cookie. */
function newStream() {
  const stream = new SharedStream()
  stream.watch(state => link.stream(state))
  return stream
}

/** @template T @param {() => T} make @returns {() => T} */
function lazily(make) {
  /** @type {T | undefined} */
  let made
  return () => {
    made ??= make()
    return made
  }
}

// A clicked notification opens its place in a window that is open.
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data?.type === 'open') location.hash = data.hash
})
