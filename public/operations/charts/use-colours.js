import { useEffect, useState } from '../../preact.js'

/**
 * The page's colours for drawing on a canvas, where CSS does not reach; they change with the colour scheme.
 *
 * @returns {{ scheme: string, colour: (variable: string) => string }}
 */
export function useColours() {
  const [scheme, setScheme] = useState(theme)
  useEffect(() => {
    const observer = new MutationObserver(() => setScheme(theme()))
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [])
  return {
    scheme,
    colour: variable => getComputedStyle(document.documentElement).getPropertyValue(variable).trim(),
  }
}

/** As `early.js` has set it. */
function theme() {
  return document.documentElement.dataset.theme ?? 'light'
}
