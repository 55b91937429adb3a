import { channelNotOffered } from './errors.ts'

/** For `onRequest` of a route: refuses what the settings do not offer, before a body is read. */
export function onlyIf(offered: boolean): () => Promise<void> {
  return async () => {
    if (!offered) throw channelNotOffered()
  }
}
