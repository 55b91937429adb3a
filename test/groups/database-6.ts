import { filesThatNeed } from '../support/files.ts'
import { runTogether } from '../support/together.ts'

await runTogether(filesThatNeed('db', { part: 6, of: 6 }))
