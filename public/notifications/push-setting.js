import { html, useEffect, useState } from '../preact.js'
import { pushState, turnOff, turnOn } from './push.js'
import { useChannel } from './use-channel.js'

/** Turns notifications of this browser on and off. Nothing where the server does not offer it. */
export default function PushSetting() {
  const { value, fault, busy, run, api, t, lang } = useChannel(api => api.push())
  const [state, setState] = useState(/** @type {import('./push.js').PushState | undefined} */ (undefined))
  useEffect(() => {
    if (value?.offered) pushState(api, value.items, lang).then(setState, () => setState('off'))
  }, [value])
  if (!fault && (!value?.offered || !state)) return null

  const toggle = () => {
    const on = state === 'off'
    // The server's list is read again before anything is announced: the state follows from it.
    run(async () => setState(await (on ? turnOn(api, lang) : turnOff(api))))
  }
  return html`
    <section class="card form" aria-labelledby="push-title">
      <h2 id="push-title">${t('notifications.push.title')}</h2>
      ${state && html`<p role="status">${t(`notifications.push.${state}`)}</p>`}
      ${fault && html`<p class="error" role="alert">${fault}</p>`}
      ${
        (state === 'on' || state === 'off') &&
        html`<div class="actions">
          <button type="button" aria-disabled=${busy ? 'true' : undefined} onClick=${toggle}>
            ${t(state === 'off' ? 'notifications.push.turnOn' : 'notifications.push.turnOff')}
          </button>
        </div>`
      }
    </section>
  `
}
