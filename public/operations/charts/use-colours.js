import { useEffect, useState } from '../../preact.js'

/**
 * The page's colours for drawing on a canvas, where CSS does not reach; they change with the colour scheme.
 *
 * @returns {{ scheme: string, colour: (variable: string) => string }}
 */
export function useColours() {
  const [dark, setDark] = useState(() => darkness().matches)
  useEffect(() => {
    const query = darkness()
    const look = () => setDark(query.matches)
    query.addEventListener('change', look)
    return () => query.removeEventListener('change', look)
  }, [])
  return {
    scheme: dark ? 'dark' : 'light',
    colour: variable => getComputedStyle(document.documentElement).getPropertyValue(variable).trim(),
  }
}

function darkness() {
  return matchMedia('(prefers-color-scheme: dark)')
}
