import { html, useEffect, useRef, useState } from './preact.js'
import { useServices } from './services.js'
import { keepsAnything, notKept } from './storage.js'
import { useLinkState } from './use-link-state.js'

/** What stands in the way to the server, on every page; and that nothing is kept, where that is so. */
export function LinkNotice() {
  const { t, link, announce } = useServices()
  const state = useLinkState(link)
  const keeps = useKeeps()
  const before = useRef(state)
  useEffect(() => {
    if (state !== 'up') announce(t(`link.${state}`))
    else if (before.current !== 'up') announce(t('link.back'))
    before.current = state
  }, [state])
  return html`
    <div class="link-notice">
      ${
        state !== 'up' &&
        html`<div class="notice" data-link=${state}>
          <p>${t(`link.${state}`)}</p>
          ${state === 'unsent' && html`<button type="button" class="primary" onClick=${() => link.sendNow()}>${t('link.send')}</button>`}
        </div>`
      }
      ${!keeps && html`<div class="notice" data-link="not-kept"><p>${t('link.notKept')}</p></div>`}
    </div>
  `
}

function useKeeps() {
  // Not the first state: the server, which drew it, cannot know.
  const [keeps, setKeeps] = useState(true)
  useEffect(() => {
    setKeeps(keepsAnything())
    const onNotKept = () => setKeeps(false)
    addEventListener(notKept, onNotKept)
    return () => removeEventListener(notKept, onNotKept)
  }, [])
  return keeps
}
