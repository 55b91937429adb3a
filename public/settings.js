import { addressOf } from './base-path.js'
import { html, useEffect, useState } from './preact.js'
import { useServices } from './services.js'
import { kept } from './storage.js'

/** @typedef {'system' | 'light' | 'dark'} Theme */

const keptTheme = () => kept('localStorage', 'theme', /** @type {Theme} */ ('system'))
const themes = /** @type {const} */ (['system', 'light', 'dark'])

/** The colours: those of the system, unless others were chosen in this browser. `early.js` applies them. */
export function ThemeChoice() {
  const { t } = useServices()
  const [theme, setTheme] = useState(/** @type {Theme} */ ('system'))
  // Not the first state: the server, which drew it, cannot know.
  useEffect(() => {
    const read = () => setTheme(keptTheme().read())
    read()
    // Another tab has chosen.
    addEventListener('storage', read)
    return () => removeEventListener('storage', read)
  }, [])
  /** @param {Theme} next */
  const choose = next => {
    keptTheme().write(next)
    dispatchEvent(new Event('conch:theme'))
    setTheme(next)
  }
  return html`
    <div class="theme" role="group" aria-label=${t('settings.theme')}>
      ${themes.map(
        name => html`<button key=${name} type="button" aria-pressed=${name === theme} onClick=${() => choose(name)}>
          ${t(`settings.theme.${name}`)}
        </button>`,
      )}
    </div>
  `
}

const yearSeconds = 365 * 24 * 3600

/** The other language, kept in a cookie: the server draws the first view and words notifications. */
export function LanguageChoice() {
  const { t, lang } = useServices()
  const other = lang === 'ko' ? 'en' : 'ko'
  const choose = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is for https and localhost only
    document.cookie = `conch_language=${other}; path=${addressOf('/')}; max-age=${yearSeconds}; samesite=lax`
    location.reload()
  }
  return html`<button type="button" class="link" lang=${other} onClick=${choose}>${t('settings.language.other')}</button>`
}
