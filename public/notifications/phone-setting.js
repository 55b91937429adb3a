import { Field } from '../form/field.js'
import { html } from '../preact.js'
import { useChannel } from './use-channel.js'

/** The phone number and the code that verifies it. Nothing where the server does not offer it. */
export default function PhoneSetting() {
  const { value, fault, busy, run, api, t, lang } = useChannel(api => api.phone())
  if (!fault && !value?.offered) return null
  const phone = value?.phone

  const send = (/** @type {FormData} */ form) => {
    const number = String(form.get('phone-number')).trim()
    return run(() => api.setPhone({ number, language: lang }), t('notifications.phone.sent'))
  }
  const verify = (/** @type {FormData} */ form) => {
    const code = String(form.get('phone-code')).trim()
    return run(() => api.verifyPhone(code), t('notifications.phone.said.verified'))
  }
  const remove = () => run(() => api.removePhone(), t('notifications.phone.removed'))
  const disabled = busy ? 'true' : undefined

  return html`
    <section class="card form" aria-labelledby="phone-title">
      <h2 id="phone-title">${t('notifications.phone.title')}</h2>
      ${fault && html`<p class="error" role="alert">${fault}</p>`}
      ${phone?.damaged && html`<p class="fault">${t('damaged.again')}</p>`}
      ${phone?.verified && !phone.damaged && html`<p>${t('notifications.phone.verified', { number: phone.number })}</p>`}
      ${
        phone &&
        !phone.verified &&
        !phone.damaged &&
        html`<form class="form" onSubmit=${submitted(verify)}>
          <${Field} id="phone-code" label=${t('notifications.phone.code')}
            hint=${t('notifications.phone.code.hint', { number: phone.number })}
            control=${(/** @type {object} */ more) => html`<input type="text" ...${more} required inputmode="numeric"
              pattern="[0-9]{6}" maxlength="6" autocomplete="one-time-code" />`} />
          <div class="actions">
            <button class="primary" aria-disabled=${disabled}>${t('notifications.phone.verify')}</button>
          </div>
        </form>`
      }
      ${
        (!phone?.verified || phone.damaged) &&
        html`<form class="form" onSubmit=${submitted(send)}>
          <${Field} id="phone-number" label=${t('notifications.phone.number')} hint=${t('notifications.phone.hint')}
            control=${(/** @type {object} */ more) => html`<input type="text" ...${more} required inputmode="tel"
              maxlength="30" autocomplete="tel" />`} />
          <div class="actions"><button aria-disabled=${disabled}>${t('notifications.phone.send')}</button></div>
        </form>`
      }
      ${
        phone &&
        html`<div class="actions">
          <button type="button" class="quiet" aria-disabled=${disabled} onClick=${remove}>
            ${t('notifications.phone.remove')}
          </button>
        </div>`
      }
    </section>
  `
}

/** @param {(form: FormData) => unknown} act */
function submitted(act) {
  return (/** @type {SubmitEvent} */ event) => {
    event.preventDefault()
    act(new FormData(/** @type {HTMLFormElement} */ (event.target)))
  }
}
