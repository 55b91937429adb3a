import { join } from 'node:path'
import { InvalidConfig, loadEnvFile, readConfig } from './config.ts'
import { SecretFileUnchanged, UnusableSecretFile } from './secret-file.ts'
import { addEncryptionKey, newEncryptionKey } from './secrets.ts'

/**
 * `npm run keys:add`: makes a new key and puts it first in the file that keeps the keys, so that it writes from the next
 * start on. Keys that are configured are for their owner to change: it makes one and says where to put it.
 */
try {
  const { encryptionKeys, dataDir } = readConfig(loadEnvFile(process.env, '.env'))
  if (encryptionKeys) {
    const entry = newEncryptionKey(encryptionKeys.map(({ id }) => id))
    console.error(
      'conch: the keys are in ENCRYPTION_KEYS, so nothing was changed. To add one, put this in front there ' +
        '(with several processes, first at the end everywhere):',
    )
    console.log(`${entry},`)
    process.exitCode = 1
  } else {
    const id = await addEncryptionKey(dataDir)
    console.log(`Key ${id} is now the first in ${join(dataDir, 'encryption-keys')}; back that file up.`)
    console.log('Restart the server, so that it writes with this key; then: npm run keys:rotate')
  }
} catch (error) {
  if (![InvalidConfig, UnusableSecretFile, SecretFileUnchanged].some(kind => error instanceof kind)) throw error
  console.error(`conch: ${(error as Error).message}`)
  process.exitCode = 1
}
