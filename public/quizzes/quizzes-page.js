import { html, useEffect } from '../preact.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'

/** @param {{ place: import('../route.js').Place<import('../route.js').QuizzesRoute> }} props */
export function QuizzesPage({ place }) {
  const { t } = useServices()
  const heading = useArrival(place.arrived)
  useEffect(() => {
    document.title = `${t('quizzes.title')} – Conch`
  }, [])
  return html`<h1 ref=${heading} tabindex="-1">${t('quizzes.title')}</h1>`
}
