/**
 * Runs before anything is painted, and before the page's script is there. It chooses the colours and which of the views in
 * the document is shown, and keeps what the visitor types or sends until the page's script takes over (see
 * `first-view.js`): no form leads away, and nothing is lost.
 *
 * A plain script in the head: the content security policy allows no inline ones.
 */
;(() => {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)')

  /** @param {'localStorage' | 'sessionStorage'} area @param {string} key see `storage.js` */
  const kept = (area, key) => {
    try {
      return JSON.parse(window[area].getItem(`conch${root.dataset.base ?? ''}:${key}`) ?? 'null')
    } catch {
      return null
    }
  }

  /** The metas of `theme-color`, as the document has them. @type {Map<HTMLMetaElement, string>} */
  const frames = new Map()
  const colours = () => {
    const theme = kept('localStorage', 'theme')
    root.dataset.theme = theme === 'light' || theme === 'dark' ? theme : dark.matches ? 'dark' : 'light'
    for (const meta of document.querySelectorAll('meta[name=theme-color]'))
      if (meta instanceof HTMLMetaElement && !frames.has(meta)) frames.set(meta, meta.media)
    // The frame of the window, which else follows the system.
    for (const [meta, media] of frames)
      meta.media = theme === 'light' || theme === 'dark' ? (media.includes(theme) ? 'all' : 'not all') : media
  }
  colours()
  dark.addEventListener('change', colours)
  // Another tab has chosen, or this one.
  addEventListener('storage', colours)
  addEventListener('conch:theme', colours)

  if (root.dataset.page !== 'app') return
  const chosen = kept('localStorage', 'start')
  if (/^#?$/.test(location.hash) && /^(records|reviews|chat|quizzes)$/.test(chosen))
    history.replaceState(history.state, '', `#${chosen}`)

  const show = () => {
    const [, name = ''] = /^#(\w*)(?:=[\w-]+)?$/.exec(location.hash) ?? []
    root.dataset.show = name === 'records' ? 'records' : name === '' || name === 'start' ? 'start' : 'other'
  }
  show()

  const early = { submitted: false, end }
  Object.assign(window, { conchEarly: early })

  /** @param {Event} event */
  const onSubmit = event => {
    event.preventDefault()
    early.submitted = true
    if (event.target instanceof HTMLFormElement) event.target.dataset.sending = 'true'
  }
  /** As in the page itself: Enter alone sends nothing. @param {KeyboardEvent} event */
  const onKeyDown = event => {
    const field = event.target
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return
    if (event.ctrlKey || event.metaKey) {
      if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.form?.requestSubmit()
    } else if (field instanceof HTMLInputElement) event.preventDefault()
  }
  /** @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} field */
  const isUntouched = field => {
    if (!(field instanceof HTMLSelectElement)) return field.value === ''
    const drawn = [...field.options].findIndex(option => option.defaultSelected)
    return field.selectedIndex === Math.max(0, drawn)
  }
  /** What was typed before a reload, so that it is not typed again. */
  const restore = () => {
    const values = kept('sessionStorage', 'form') ?? {}
    for (const field of document.querySelectorAll('[data-view=records] :is(input, select, textarea)')) {
      if (
        !(
          field instanceof HTMLInputElement ||
          field instanceof HTMLSelectElement ||
          field instanceof HTMLTextAreaElement
        )
      )
        continue
      const value = values[field.name]
      if (typeof value !== 'string') continue
      if (field.type === 'radio') /** @type {HTMLInputElement} */ (field).checked = field.value === value
      else if (value !== '' && isUntouched(field)) field.value = value
    }
  }
  addEventListener('hashchange', show)
  addEventListener('submit', onSubmit, true)
  addEventListener('keydown', onKeyDown, true)
  addEventListener('DOMContentLoaded', restore)

  function end() {
    removeEventListener('hashchange', show)
    removeEventListener('submit', onSubmit, true)
    removeEventListener('keydown', onKeyDown, true)
    removeEventListener('DOMContentLoaded', restore)
  }
})()
