import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { kept } from '../storage.js'
import { useArrival } from '../use-arrival.js'
import { Filters } from './filters.js'
import { Results } from './results.js'

/** @typedef {import('./api.js').Wanted} Wanted */

/** @type {Wanted} */
const everything = { q: '', kind: '', status: '', from: '', to: '' }

/** A user who opens a result and returns finds the results again. Private, so it ends with the tab. */
const keptWanted = kept('sessionStorage', 'library', everything)

/** Everything that an owner has, of all kinds. @param {{ arrived: boolean }} props */
export function LibraryPage({ arrived }) {
  const { t } = useServices()
  const heading = useArrival(arrived)
  const [wanted, setWanted] = useState(() => ({ ...everything, ...keptWanted.read() }))
  const [asked, setAsked] = useState(false)
  useEffect(() => {
    document.title = `${t('library.title')} – Conch`
  }, [])
  /** @param {Wanted} next */
  const look = next => {
    keptWanted.write(next)
    setWanted(next)
    setAsked(true)
  }
  return html`
    <div class="library">
      <h1 ref=${heading} tabindex="-1">${t('library.title')}</h1>
      <p class="lead">${t('library.lead')}</p>
      <${Filters} wanted=${wanted} onWanted=${look} onClear=${() => look(everything)} />
      <${Results} key=${JSON.stringify(wanted)} wanted=${wanted} asked=${asked} />
    </div>
  `
}
