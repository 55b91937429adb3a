import { noKeys } from '../app/database-keys.ts'
import { InvalidConfig, loadEnvFile, readConfig } from '../config/read-config.ts'
import { ExposedSecretFile, SecretFileUnchanged, UnusableSecretFile } from '../config/secret-file.ts'
import { addEncryptionKey, keysFrom, newEncryptionKey, readEncryptionKeys } from '../config/secrets.ts'

/**
 * `npm run keys:add`: makes a new key and puts it first in the key file, so that it writes from the next start on.
 * Configured keys are changed by the operator: the script makes a key and says where to put it.
 */
try {
  const config = readConfig(loadEnvFile(process.env, '.env'))
  const say = (line: string) => console.error(`conch: ${line}`)
  if (config.encryptionKeys) {
    const entry = newEncryptionKey()
    console.error(
      'conch: the keys are in ENCRYPTION_KEYS, so nothing was changed. To add one, put this in front there ' +
        '(with several processes, first at the end everywhere):',
    )
    console.log(`${entry},`)
    process.exitCode = 1
  } else {
    // Lost keys must be restored: a key added in their place opens no saved value.
    if (!(await readEncryptionKeys(config, say))) throw new SecretFileUnchanged(noKeys(config))
    const id = await addEncryptionKey(config.dataDir, say)
    console.log(`Key ${id} is now the first in ${keysFrom(config)}; back that file up.`)
    console.log('Restart the server, so that it writes with this key; then: npm run keys:rotate')
  }
} catch (error) {
  if (![InvalidConfig, UnusableSecretFile, ExposedSecretFile, SecretFileUnchanged].some(kind => error instanceof kind))
    throw error
  console.error(`conch: ${(error as Error).message}`)
  process.exitCode = 1
}
