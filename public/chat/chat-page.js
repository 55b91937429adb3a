import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'

/** @param {{ place: import('../route.js').Place<import('../route.js').ChatRoute> }} props */
export function ChatPage({ place }) {
  const { t } = useServices()
  const heading = useArrival(place.arrived)
  useEffect(() => {
    document.title = `${t('chat.title')} – Conch`
  }, [])
  return html`<h1 ref=${heading} tabindex="-1">${t('chat.title')}</h1>`
}
