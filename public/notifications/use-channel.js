import { explainError } from '../explain-error.js'
import { useEffect, useMemo, useState } from '../preact.js'
import { useServices } from '../services.js'
import { useAction } from '../use-action.js'
import { channelsApi } from './channels-api.js'

/**
 * What the server stores of one channel: loaded once, and again by `reload`. `run` carries out a button's action, one
 * at a time, and announces its end.
 *
 * @template Value
 * @param {(api: import('./channels-api.js').ChannelsApi) => Promise<Value>} ask
 */
export function useChannel(ask) {
  const { t, lang, api: apis, announce } = useServices()
  const api = useMemo(() => channelsApi(apis.call), [apis])
  const [value, setValue] = useState(/** @type {Value | undefined} */ (undefined))
  const [unread, setUnread] = useState(/** @type {string | undefined} */ (undefined))
  const [busy, setBusy] = useState(false)
  const { fault, attempt } = useAction()

  const reload = async () => {
    try {
      setValue(await ask(api))
      setUnread(undefined)
    } catch (error) {
      setUnread(explainError(error, t))
    }
  }
  useEffect(() => void reload(), [])

  /** @param {() => Promise<unknown>} action @param {string} [done] the announcement then @returns {Promise<boolean>} */
  const run = async (action, done) => {
    if (busy) return false
    setBusy(true)
    const succeeded = await attempt(action())
    if (succeeded) {
      await reload()
      if (done) announce(done)
    }
    setBusy(false)
    return succeeded
  }
  return { value, fault: fault ?? unread, busy, run, reload, api, t, lang }
}
