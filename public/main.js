import { createAnnouncer } from './announcer.js'
import { createApi } from './api.js'
import { App } from './app.js'
import { createI18n } from './i18n.js'
import { html, render } from './preact.js'

const i18n = createI18n(navigator.languages)
document.documentElement.lang = i18n.lang

const announcer = document.getElementById('announcer')
const root = document.getElementById('app')
if (announcer && root) {
  const services = { ...i18n, api: createApi(), announce: createAnnouncer(announcer), started: new Set() }
  render(html`<${App} services=${services} />`, root)
}
