import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importsIn, layersOf, sourceFiles, violations } from './layers.ts'

/** Part of `npm run lint`: every import in `src` goes down the layers of docs/architecture.md, and every folder is in one. */
const root = fileURLToPath(new URL('..', import.meta.url))
const layers = layersOf(readFileSync(`${root}/docs/architecture.md`, 'utf8'))
const files = sourceFiles(`${root}/src`)
const wrong = violations(layers, files, importsIn(`${root}/src`, files))
for (const line of wrong) console.error(line)
console.log(
  `${files.length} files, ${layers.flat().length} rooms in ${layers.length} layers, ${wrong.length} violations`,
)
process.exitCode = wrong.length > 0 ? 1 : 0
