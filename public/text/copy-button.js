import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'

/** @param {{ text: () => string, name: string }} props */
export function CopyButton({ text, name }) {
  const { t, announce } = useServices()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    const done = await copyText(text())
    setCopied(done)
    announce(t(done ? 'output.copied' : 'output.copyFailed'))
  }
  return html`<button type="button" aria-label="${name} ${t('output.copy')}" onClick=${copy}>
    ${t(copied ? 'output.copied' : 'output.copy')}
  </button>`
}

/**
 * The clipboard API exists only over https and on localhost; elsewhere the older command copies.
 *
 * @param {string} text
 * @returns {Promise<boolean>} false when neither may
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'visually-hidden'
    const before = document.activeElement
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    if (before instanceof HTMLElement) before.focus()
    return done
  }
}
