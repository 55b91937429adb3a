import { en } from './messages-en.js'
import { ko } from './messages-ko.js'

/**
 * @typedef {keyof typeof ko} MessageKey
 * @typedef {ReturnType<typeof createI18n>} I18n
 */

/**
 * The page's words, in Korean for a browser whose first language is Korean, else in English.
 *
 * @param {readonly string[]} languages `navigator.languages`
 */
export function createI18n(languages) {
  const lang = /^ko\b/i.test(languages[0] ?? '') ? /** @type {const} */ ('ko') : /** @type {const} */ ('en')
  const messages = lang === 'ko' ? ko : en
  const numbers = new Intl.NumberFormat(lang)
  const dates = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' })
  return {
    lang,
    /**
     * The message, with `{name}` replaced by that parameter; numbers get their separators.
     *
     * @param {MessageKey} key
     * @param {Record<string, string | number>} [parameters]
     */
    t: (key, parameters = {}) =>
      messages[key].replace(/\{(\w+)\}/g, (_, name) => {
        const value = parameters[name] ?? ''
        return typeof value === 'number' ? numbers.format(value) : value
      }),
    /** @param {import('./api.js').Words} words */
    pick: words => words[lang],
    /** @param {string} iso */
    date: iso => dates.format(new Date(iso)),
  }
}
