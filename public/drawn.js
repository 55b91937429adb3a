import { App } from './app.js'
import { createI18n } from './i18n.js'
import { Link } from './link.js'
import { html } from './preact.js'
import { TaskChanges } from './task-changes.js'

/**
 * A view for the server to draw: as someone sees it of whom nothing is known yet. Effects do not run there, so nothing is asked
 * and nothing kept.
 *
 * @param {'ko' | 'en'} lang
 * @param {import('./first-view.js').Facts} facts
 * @param {string} hash of the place
 */
export function drawnView(lang, facts, hash) {
  const services = /** @type {import('./services.js').Services} */ (
    /** @type {unknown} */ ({
      ...createI18n([lang]),
      api: {},
      link: new Link(),
      changes: new TaskChanges(),
      announce: () => {},
      started: new Set(),
      facts,
      early: { pending: true, typed: {}, take: () => false },
    })
  )
  return html`<${App} services=${services} hash=${hash} />`
}
