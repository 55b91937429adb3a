import { explainError } from '../explain-error.js'
import { LoadFault } from '../load-fault.js'
import { html, useEffect, useState } from '../preact.js'
import { useServices } from '../services.js'
import { useArrival } from '../use-arrival.js'
import { useLoaded } from '../use-loaded.js'
import PhoneSetting from './phone-setting.js'
import { PreferencesTable } from './preferences-table.js'
import PushSetting from './push-setting.js'
import WebhookSetting from './webhook-setting.js'

/**
 * What an owner is notified of, and where. Channels that need to be set up have their forms below the table.
 *
 * @param {{ place: import('../route.js').Place }} props
 */
export function SettingsPage({ place }) {
  const { t, api, announce } = useServices()
  const heading = useArrival(place.arrived)
  const { value, fault, load } = useLoaded(api.notifications.preferences)
  const [outcome, setOutcome] = useState('')
  useEffect(() => {
    document.title = `${t('notifications.settings')} – Conch`
  }, [])

  /** @param {import('./api.js').Preferences} preferences */
  const save = async preferences => {
    try {
      await api.notifications.setPreferences(preferences)
      setOutcome(t('notifications.settings.saved'))
      announce(t('notifications.settings.saved'))
    } catch (error) {
      const words = `${t('notifications.settings.notSaved')} ${explainError(error, t)}`
      setOutcome(words)
      announce(words)
    }
  }
  return html`
    <h1 ref=${heading} tabindex="-1">${t('notifications.settings')}</h1>
    <p class="lead">${t('notifications.settings.lead')}</p>
    ${value && html`<${PreferencesTable} choice=${value} onSave=${save} />`}
    ${outcome && html`<p>${outcome}</p>`}
    ${fault !== undefined && html`<${LoadFault} words=${t('notifications.settings.failed')} fault=${fault} onAgain=${load} />`}
    <div class="channel-settings">
      <${PushSetting} />
      <${PhoneSetting} />
      <${WebhookSetting} />
    </div>
  `
}
