import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp } from '../../src/app/build-app.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { temporaryFolder } from '../support/conch.ts'
import { copyEmptyDatabase } from '../support/empty-database.ts'
import { type ScriptedModel, scriptedModel } from './scripted-model.ts'

export interface RunningConch {
  readonly url: string
  readonly model: ScriptedModel
  /** What it keeps its data in, for `openRaw` while it is stopped. */
  readonly storage: { DATA_DIR: string }
  /** Takes the server away as a deploy does: streams are cut, what runs is given back. */
  stop(): Promise<void>
  /** Brings it back at the same address, with the same data. */
  start(): Promise<void>
}

/** The real server with a scripted model and a database of its own, closed with the test. */
export async function runningConch(t: Test, settings: Record<string, string> = {}): Promise<RunningConch> {
  const model = await scriptedModel(t)
  const dataDir = await temporaryFolder(t)
  await copyEmptyDatabase(dataDir)
  let port = 0
  let app: FastifyInstance | undefined

  const start = async () => {
    const config = readConfig({
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_MODEL: 'scripted',
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'silent',
      ...settings,
    })
    app = await buildApp(config)
    await app.listen({ port: config.port, host: config.host })
    port = (app.server.address() as AddressInfo).port
  }
  const stop = async () => {
    await app?.close()
    app = undefined
  }
  t.teardown(stop)
  await start()
  const storage = { DATA_DIR: dataDir }
  return { url: `http://127.0.0.1:${port}/`, model, storage, start, stop }
}
