import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Runs all benches, one after the other. A bench that fails, such as for want of a Postgres or an nginx, is named at the end. */
const failed: string[] = []
for (const file of readdirSync(new URL('.', import.meta.url)).filter(name => name.endsWith('.ts'))) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  if (path === fileURLToPath(import.meta.url)) continue
  if (spawnSync(process.execPath, [path], { stdio: 'inherit' }).status !== 0) failed.push(basename(file, '.ts'))
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
