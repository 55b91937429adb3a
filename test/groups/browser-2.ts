import t from 'tap'
import { launchBrowser } from '../support/browser.ts'
import { filesThatNeed } from '../support/files.ts'
import { runTogether } from '../support/together.ts'

// Had by this process until its end, or each file would start another.
await launchBrowser(t)
await runTogether(filesThatNeed('browser', { part: 2, of: 2 }))
