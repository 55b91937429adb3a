import { useEffect, useState } from '../../preact.js'
import { neisBytes } from './neis-bytes.js'

/**
 * The bytes of a growing text, counted once a frame and over the whole text: a syllable may come in pieces that are smaller
 * together.
 *
 * @param {import('../../text/output-text.js').ReadableText} text
 */
export function useBytes(text) {
  const [bytes, setBytes] = useState(() => neisBytes(text.value))
  useEffect(() => {
    let frame = 0
    const later = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        setBytes(neisBytes(text.value))
      })
    }
    const stop = text.read({ append: later, replace: later })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [text])
  return bytes
}
