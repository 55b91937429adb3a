/**
 * Lets the style sheets apply that the first view does without: the document names them with `media="not all"`, so that nothing
 * waits for them. Resolves when they are there; one that cannot be loaded keeps no one waiting.
 *
 * @returns {Promise<void>}
 */
export async function laterStyles() {
  const links = document.querySelectorAll('link[data-later]')
  await Promise.all(Array.from(links, link => applied(/** @type {HTMLLinkElement} */ (link))))
}

/** @param {HTMLLinkElement} link */
function applied(link) {
  const isThere = link.sheet !== null
  link.media = 'all'
  if (isThere) return
  return new Promise(resolve => {
    link.addEventListener('load', resolve, { once: true })
    link.addEventListener('error', resolve, { once: true })
  })
}
