import { useEffect, useState } from '../preact.js'

/** Whether a growing text has not begun yet. @param {import('./output-text.js').OutputText} text */
export function useIsEmpty(text) {
  const [empty, setEmpty] = useState(text.value === '')
  useEffect(() => {
    const look = () => setEmpty(text.value === '')
    return text.read({ append: look, replace: look })
  }, [text])
  return empty
}
