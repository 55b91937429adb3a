import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { KeptFolder } from './kept-folder.ts'
import { shortHash } from './page-file.ts'

/** The font with the characters of the pages' own words. */
export interface WordsFont {
  /** Of its file; changes with the characters and the package. */
  readonly name: string
  /** Its style sheet. */
  readonly css: string
  /** The file, WOFF2: made when it is first wanted, and kept. What fails is tried again at the next call. */
  readonly file: () => Promise<Buffer>
}

const packageFile = fileURLToPath(import.meta.resolve('pretendard/package.json'))
const fontFile = fileURLToPath(
  new URL('dist/public/variable/PretendardVariable.ttf', import.meta.resolve('pretendard/package.json')),
)

/** What people type in any language, besides the words of the pages. */
const basicLatin = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join('')

/**
 * The font's package cuts it into ranges by how often a character is used on the web: the words of one page are spread over ten
 * files of 30 kB each. This is one file of 70 kB for all pages' own words, which the document asks for at once; what users write
 * comes from the ranges, as before.
 *
 * Why subset-font: it is HarfBuzz, the reference, in WebAssembly, and needs nothing installed.
 *
 * @param words all that the pages say by themselves
 * @param kept where the file is kept
 */
export async function wordsFont(words: string, kept: KeptFolder | undefined): Promise<WordsFont> {
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'))
  const characters = [...new Set(basicLatin + words.replaceAll(/\s/g, ' '))].sort().join('')
  const name = `words-${shortHash(`${version} ${characters}`)}.woff2`
  let made: Promise<Buffer> | undefined
  return {
    name,
    css: styleSheet(name, characters),
    file() {
      made ??= keptOrMade(name, characters, kept).catch(error => {
        made = undefined
        throw error
      })
      return made
    },
  }
}

function keptOrMade(name: string, characters: string, kept: KeptFolder | undefined): Promise<Buffer> {
  const make = () => subsetInThread(characters)
  return kept ? kept.file(name, make) : make()
}

/** In a thread of its own: it would stop everything else for half a second. */
async function subsetInThread(characters: string): Promise<Buffer> {
  const worker = new Worker(new URL('./subset-thread.ts', import.meta.url), {
    workerData: { font: fontFile, characters },
  })
  const [subset] = await once(worker, 'message')
  await worker.terminate()
  return Buffer.from(subset as Uint8Array)
}

/**
 * The fallback is as wide as this font, so that nothing moves when it comes: Hangul is 0.864 em wide here and in Apple's font,
 * and 0.92 em in those of Windows and Android.
 */
function styleSheet(name: string, characters: string): string {
  return `@font-face {
  font-family: "Pretendard Words";
  font-weight: 400 750;
  font-display: swap;
  src: url("./${name}") format("woff2");
  unicode-range: ${rangesOf(characters)};
}
@font-face {
  font-family: "Pretendard Fallback";
  src: local("Malgun Gothic"), local("Noto Sans CJK KR"), local("Noto Sans KR");
  size-adjust: 94%;
}`
}

/** As in a style sheet: `U+20-7e,U+ac00`. */
export function rangesOf(characters: string): string {
  const ranges: { from: number; to: number }[] = []
  for (const code of Array.from(characters, character => character.codePointAt(0) ?? 0).sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && code <= last.to + 1) last.to = code
    else ranges.push({ from: code, to: code })
  }
  const hex = (code: number) => code.toString(16)
  return ranges.map(({ from, to }) => `U+${hex(from)}${to > from ? `-${hex(to)}` : ''}`).join(',')
}
