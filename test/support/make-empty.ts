import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../../src/config/read-config.ts'
import { temporaryRoot } from './temporary-root.ts'

/** Starts a Conch once, with `env`, and stops it: so its database has the state of a first start. */
export async function makeEmpty(env: Record<string, string>): Promise<void> {
  const { buildApp } = await import('../../src/app/build-app.ts')
  const folder = await mkdtemp(join(temporaryRoot, 'conch-empty-'))
  const secrets = {
    COOKIE_SECRET: 'x'.repeat(40),
    OPERATOR_TOKEN: 'x'.repeat(40),
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  }
  const app = await buildApp(readConfig({ LOG_LEVEL: 'silent', DATA_DIR: folder, ...secrets, ...env }))
  await app.close()
  await rm(folder, { recursive: true })
}
