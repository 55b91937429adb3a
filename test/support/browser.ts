import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'

/** The browser of this process, and how many have it. */
let running: Promise<Browser> | undefined
let users = 0

/**
 * A headless Chromium: the one of this process, which starts with the first test that asks for it and closes with the last that
 * has it. Visitors do not meet in it, for each has a context of its own (`openPage`).
 *
 * It comes from the npm package `@sparticuz/chromium` and needs nothing installed on a machine that runs Node: glibc
 * (2.34 or newer) and libgcc_s are Node's own needs, and what else the binary is linked to (libnspr4, libnss3,
 * libnssutil3, libplc4, libplds4, libexpat) the package carries in `al2023.tar.br`. Those are used even where the machine
 * has its own, since two versions of NSS do not mix. (NSS would load libsoftokn3, and that libsqlite3, which the package
 * does not carry, to check a certificate: no page of ours has one.)
 *
 * Where that browser does not run (macOS, Windows, ARM, older glibc) an installed Chrome is taken.
 */
export async function launchBrowser(t: Pick<Test, 'teardown'>): Promise<Browser> {
  users += 1
  running ??= launch()
  const own = running
  t.teardown(async () => {
    users -= 1
    if (users > 0) return
    running = undefined
    await (await own).close()
  })
  return own
}

async function launch(): Promise<Browser> {
  return launchPackaged().catch(async reason => {
    return launchInstalled().catch(other => {
      throw new AggregateError([reason, other], 'neither the packaged Chromium nor an installed Chrome starts')
    })
  })
}

async function launchPackaged(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('it is made for Linux on x64 only')
  const folder = await unpackedChromium()
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // The sandbox wants user namespaces, which containers refuse; the only pages it sees are ours.
    chromiumSandbox: false,
    args: ['--font-render-hinting=none'],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  })
}

function launchInstalled(): Promise<Browser> {
  return chromium.launch({ channel: 'chrome' })
}

/**
 * The folder with the unpacked browser, made once per version of the package.
 *
 * Test files run side by side, and the package takes a half-written file for a finished one. So each process unpacks
 * into a folder of its own and renames it; the second process finds the name taken and drops its copy.
 */
async function unpackedChromium(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  const packageFolder = dirname(dirname(entry))
  const { version } = createRequire(import.meta.url)(join(packageFolder, 'package.json')) as { version: string }
  const cache = join(packageFolder, '..', '..', '.cache')
  const folder = join(cache, `chromium-${version}`)
  if (await exists(folder)) return folder

  await mkdir(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, 'chromium-'))
  await unpack(entry, join(packageFolder, 'bin', 'al2023.tar.br'), fresh)
  await writeFile(join(fresh, 'fonts.conf'), fontsConf(folder))
  try {
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true })
    if (!(await exists(folder))) throw error
  }
  return folder
}

/** The package unpacks into the folder for temporary files and nowhere else: so in a process that has another one. */
async function unpack(entry: string, libraries: string, folder: string): Promise<void> {
  const script = `
    const { default: chromium, inflate } = await import(${JSON.stringify(entry)})
    await Promise.all([chromium.executablePath(), inflate(${JSON.stringify(libraries)})])`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: folder },
  })
}

/** The package's own file names folders of AWS Lambda. */
function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
