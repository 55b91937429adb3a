import * as chat from './chat/messages.js'
import * as library from './library/messages.js'
import * as shared from './messages.js'
import * as channels from './notifications/channel-messages.js'
import * as notifications from './notifications/messages.js'
import * as operations from './operations/messages.js'
import * as quizzes from './quizzes/messages.js'
import * as records from './records/messages.js'
import * as recordForm from './records/write/messages.js'
import * as reviews from './reviews/messages.js'
import * as start from './start/messages.js'
import * as text from './text/messages.js'

/** Each section's keys begin with its name, so that no key replaces another. */
export const ko = {
  ...shared.ko,
  ...start.ko,
  ...text.ko,
  ...records.ko,
  ...recordForm.ko,
  ...reviews.ko,
  ...chat.ko,
  ...quizzes.ko,
  ...library.ko,
  ...notifications.ko,
  ...channels.ko,
  ...operations.ko,
}

/** @type {Record<keyof typeof ko, string>} */
export const en = {
  ...shared.en,
  ...start.en,
  ...text.en,
  ...records.en,
  ...recordForm.en,
  ...reviews.en,
  ...chat.en,
  ...quizzes.en,
  ...library.en,
  ...notifications.en,
  ...channels.en,
  ...operations.en,
}

/**
 * @typedef {keyof typeof ko} MessageKey
 * @typedef {ReturnType<typeof createI18n>} I18n
 */

/**
 * The page's words, in Korean for a browser whose first language is Korean, else in English.
 *
 * @param {readonly string[] | undefined} languages `navigator.languages`: a browser's value need not be a language tag
 */
export function createI18n(languages) {
  const lang = /^ko(?![a-z])/i.test(languages?.[0] ?? '') ? /** @type {const} */ ('ko') : /** @type {const} */ ('en')
  const messages = lang === 'ko' ? ko : en
  const numbers = new Intl.NumberFormat(lang)
  const dates = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' })
  const times = new Intl.DateTimeFormat(lang, { timeStyle: 'short' })
  const days = new Intl.DateTimeFormat(lang, { month: 'long', day: 'numeric', weekday: 'long' })
  const daysOfOtherYears = new Intl.DateTimeFormat(lang, { dateStyle: 'full' })
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
    /** @param {string} iso */
    time: iso => times.format(new Date(iso)),
    /** The day by the reader's clock: today, yesterday, else with its date. @param {string} iso @param {Date} [now] */
    day: (iso, now = new Date()) => {
      const date = new Date(iso)
      const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1)
      if (isSameDay(date, now)) return messages['day.today']
      if (isSameDay(date, yesterday)) return messages['day.yesterday']
      return (date.getFullYear() === now.getFullYear() ? days : daysOfOtherYears).format(date)
    },
  }
}

/** @param {Date} one @param {Date} other */
function isSameDay(one, other) {
  return one.toDateString() === other.toDateString()
}
