import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'

/** @param {{ place: import('../route.js').Place<import('../route.js').ReviewsRoute> }} props */
export function ReviewsPage({ place }) {
  const { t } = useServices()
  const heading = useArrival(place.arrived)
  useEffect(() => {
    document.title = `${t('reviews.title')} – Conch`
  }, [])
  return html`<h1 ref=${heading} tabindex="-1">${t('reviews.title')}</h1>`
}
