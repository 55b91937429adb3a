import type { Config } from '../../src/config/read-config.ts'
import { makeEncryptionKeys, readAccessSecrets, readEncryptionKeys } from '../../src/config/secrets.ts'

type SecretConfig = Pick<Config, 'cookieSecret' | 'encryptionKeys' | 'operatorToken' | 'dataDir'>

/** All secrets, as a server has them after its start on a database that is empty. */
export async function allSecrets(config: SecretConfig, say: (line: string) => void = () => {}) {
  const encryptionKeys = (await readEncryptionKeys(config, say)) ?? (await makeEncryptionKeys(config.dataDir, say))
  return { ...(await readAccessSecrets(config, say)), encryptionKeys }
}
