import { channelNotOffered } from './errors.ts'

/** For `onRequest` of a route: what the settings do not offer says so before anything of a body is read. */
export function onlyIf(offered: boolean): () => Promise<void> {
  return async () => {
    if (!offered) throw channelNotOffered()
  }
}
