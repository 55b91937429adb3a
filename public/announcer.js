const kept = 10

/**
 * Announces through the page's one live region what starts, what ends and what went wrong. Text as it is written never
 * passes here.
 *
 * Each message is a new paragraph, so that two in a row are both read, and a repeated one is read again.
 *
 * @param {HTMLElement} region
 * @returns {(message: string) => void}
 */
export function createAnnouncer(region) {
  return message => {
    const line = document.createElement('p')
    line.textContent = message
    region.append(line)
    while (region.childElementCount > kept) region.firstElementChild?.remove()
  }
}
