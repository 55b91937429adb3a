import { Field } from '../form/field.js'
import { html, useEffect, useState } from '../preact.js'
import { useChannel } from './use-channel.js'

/** How often the page checks whether the other side has answered the challenge. */
const lookMs = 3_000

/**
 * The webhook's address, whether it is verified, and its secret when it is new. Nothing where the server does not offer it.
 */
export default function WebhookSetting() {
  const { value, fault, busy, run, reload, api, t } = useChannel(api => api.webhook())
  const [secret, setSecret] = useState(/** @type {string | undefined} */ (undefined))
  const webhook = value?.webhook
  const pending = webhook?.status === 'pending'
  useEffect(() => {
    if (!pending) return
    const timer = setInterval(reload, lookMs)
    return () => clearInterval(timer)
  }, [pending])
  if (!fault && !value?.offered) return null

  const save = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target))
    const url = String(form.get('webhook-url')).trim()
    run(async () => setSecret((await api.setWebhook(url)).secret), t('notifications.webhook.saved'))
  }
  const ask = () => run(() => api.askWebhook(), t('notifications.webhook.asked'))
  const rotate = () =>
    run(async () => setSecret((await api.newWebhookSecret()).secret), t('notifications.webhook.rotated'))
  const remove = () =>
    run(async () => {
      await api.removeWebhook()
      setSecret(undefined)
    }, t('notifications.webhook.removed'))
  const disabled = busy ? 'true' : undefined

  return html`
    <section class="card form" aria-labelledby="webhook-title">
      <h2 id="webhook-title">${t('notifications.webhook.title')}</h2>
      ${fault && html`<p class="error" role="alert">${fault}</p>`}
      ${value?.webhook?.damaged && html`<p class="fault">${t('damaged.again')}</p>`}
      <form class="form" onSubmit=${save}>
        <${Field} id="webhook-url" label=${t('notifications.webhook.url')} hint=${t('notifications.webhook.hint')}
          control=${(/** @type {object} */ more) => html`<input type="text" ...${more} required inputmode="url"
            maxlength="2000" autocomplete="off" defaultValue=${webhook?.url ?? ''} />`} />
        <div class="actions"><button class="primary" aria-disabled=${disabled}>${t('notifications.webhook.save')}</button></div>
      </form>
      ${
        webhook &&
        html`<p role="status">
          ${t(`notifications.webhook.${webhook.status}`)}
          ${webhook.fault && ` ${t(`notifications.webhook.fault.${webhook.fault}`)}`}
        </p>`
      }
      ${secret && html`<div class="notice"><p>${t('notifications.webhook.secret')} <code>${secret}</code></p></div>`}
      ${
        webhook &&
        html`<div class="actions">
          ${
            webhook.fault &&
            html`<button type="button" aria-disabled=${disabled} onClick=${ask}>${t('notifications.webhook.ask')}</button>`
          }
          <button type="button" aria-disabled=${disabled} onClick=${rotate}>${t('notifications.webhook.rotate')}</button>
          <button type="button" class="quiet" aria-disabled=${disabled} onClick=${remove}>
            ${t('notifications.webhook.remove')}
          </button>
        </div>`
      }
    </section>
  `
}
