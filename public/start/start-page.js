import { html, useEffect, useState } from '../preact.js'
import { recordsUrl } from '../route.js'
import { useServices } from '../services.js'
import { kept } from '../storage.js'
import { useArrival } from '../use-arrival.js'
import { Miniature } from './miniature.js'

/** @typedef {'records' | 'reviews' | 'chat' | 'quizzes'} Choice */

/** Where the next visit begins; `early.js` reads it. */
const keptChoice = () => kept('localStorage', 'start', /** @type {Choice | undefined} */ (undefined))

const choices = /** @type {const} */ ([
  { name: 'records', url: recordsUrl },
  { name: 'reviews', url: '#reviews' },
  { name: 'chat', url: '#chat' },
  { name: 'quizzes', url: '#quizzes' },
])

/** What Conch is, and the four things to do with it. The one that is chosen is where the next visit begins. @param {{ arrived: boolean }} props */
export function StartPage({ arrived }) {
  const { t, announce } = useServices()
  const heading = useArrival(arrived)
  const [chosen, setChosen] = useState(/** @type {Choice | undefined} */ (undefined))
  useEffect(() => {
    document.title = t('start.title')
    setChosen(keptChoice().read())
  }, [])
  const forget = () => {
    keptChoice().clear()
    setChosen(undefined)
    announce(t('start.forgotten'))
    heading.current?.focus()
  }
  return html`
    <div class="start">
      <div class="start-words">
        <h1 ref=${heading} tabindex="-1">${t('start.headline')}</h1>
        <p class="lead">${t('start.lead')}</p>
      </div>
      <ul class="plain start-choices" aria-label=${t('start.choices')}>
        ${choices.map(
          ({ name, url }) => html`<li key=${name}>
            <a class="start-choice" data-kind=${name} href=${url} onClick=${() => keptChoice().write(name)}>
              <${Miniature} of=${name} />
              <span class="start-who">${t(`start.${name}.who`)}</span>
              <b>${t(`start.${name}`)}</b>
              <span class="start-what">${t(`start.${name}.what`)}</span>
              ${chosen === name && html`<span class="start-chosen">${t('start.chosen')}</span>`}
            </a>
          </li>`,
        )}
      </ul>
      <p class="start-note">
        ${
          chosen
            ? html`${t('start.remembered')} <button type="button" class="link" onClick=${forget}>${t('start.forget')}</button>`
            : t('start.remembers')
        }
      </p>
      <ul class="plain start-promises">
        ${
          /** @type {const} */ (['goesOn', 'sealed', 'notifies']).map(
            name =>
              html`<li key=${name}><b>${t(`start.promise.${name}`)}</b> <span>${t(`start.promise.${name}.how`)}</span></li>`,
          )
        }
      </ul>
    </div>
  `
}
