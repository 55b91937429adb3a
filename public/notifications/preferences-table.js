import { html, useState } from '../preact.js'
import { useServices } from '../services.js'

/** @typedef {import('./api.js').Preferences} Preferences */

/**
 * A row for each kind of event, a column for each channel that the server offers.
 *
 * @param {{ choice: import('./api.js').Choice, onSave: (preferences: Preferences) => Promise<void> }} props
 */
export function PreferencesTable({ choice, onSave }) {
  const { t } = useServices()
  const [preferences, setPreferences] = useState(choice.preferences)
  const [saving, setSaving] = useState(false)
  const kinds = /** @type {(keyof Preferences)[]} */ (Object.keys(preferences))

  /** @param {keyof Preferences} kind @param {import('./api.js').Channel} channel */
  const toggle = (kind, channel) => {
    const chosen = preferences[kind]
    const next = chosen.includes(channel) ? chosen.filter(other => other !== channel) : [...chosen, channel]
    setPreferences({ ...preferences, [kind]: next })
  }
  /** @param {Event} event */
  const save = async event => {
    event.preventDefault()
    setSaving(true)
    await onSave(preferences)
    setSaving(false)
  }
  return html`
    <form class="preferences" onSubmit=${save}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('notifications.settings.kind')}</th>
            ${choice.channels.map(channel => html`<th key=${channel} scope="col">${t(`notifications.channel.${channel}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${kinds.map(
            kind => html`
              <tr key=${kind}>
                <th scope="row">${t(`notifications.kind.${kind}`)}</th>
                ${choice.channels.map(
                  channel => html`
                    <td key=${channel}>
                      <input
                        type="checkbox"
                        aria-label=${`${t(`notifications.kind.${kind}`)}: ${t(`notifications.channel.${channel}`)}`}
                        checked=${preferences[kind].includes(channel)}
                        onChange=${() => toggle(kind, channel)}
                      />
                    </td>
                  `,
                )}
              </tr>
            `,
          )}
        </tbody>
      </table>
      <button type="submit" disabled=${saving}>${t('notifications.settings.save')}</button>
    </form>
  `
}
