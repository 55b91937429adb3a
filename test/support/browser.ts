import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import type { Test } from 'tap'

/**
 * A headless Chromium that closes with the test.
 *
 * It comes from the npm package `@sparticuz/chromium` and needs nothing of the machine that Node itself does not need:
 * besides glibc and libgcc_s (Node links both), the binary and the NSS modules it loads want libnspr4, libnss3,
 * libnssutil3, libplc4, libplds4, libsoftokn3, libfreebl3 and libexpat, and the package carries all of them in
 * `al2023.tar.br`. They are used even where the machine has its own, since a mix of two NSS versions does not link.
 * Where that binary cannot run (macOS, Windows, ARM) an installed Chrome is taken.
 */
export async function launchBrowser(t: Test): Promise<Browser> {
  const browser =
    process.platform === 'linux' && process.arch === 'x64' ? await launchPackaged() : await launchInstalled()
  t.teardown(() => browser.close())
  return browser
}

async function launchPackaged(): Promise<Browser> {
  const folder = await unpackedChromium()
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    // The sandbox wants user namespaces, which containers refuse; the only pages it sees are ours.
    chromiumSandbox: false,
    args: ['--no-zygote', '--font-render-hinting=none'],
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
 * into a folder of its own and renames it; whoever comes second finds the name taken and drops its copy.
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
