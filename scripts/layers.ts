import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'

/** An import from one room of `src` into another. */
export interface RoomImport {
  file: string
  imported: string
}

/** The layers, top to bottom, each a list of rooms: read from the block ```layers of a document, so that there is one list. */
export function layersOf(document: string): string[][] {
  const block = /^```layers\n(.*?)^```/ms.exec(document)?.[1]
  if (!block) throw new Error('the document has no block ```layers')
  const lines = block.trim().split('\n')
  return lines.map(line => line.split(',').map(room => room.trim()))
}

/**
 * What is wrong with these imports, a line each: of a file outside every room, up the list, or to a room beside. Paths are
 * relative to `src`. A room is a folder, or a file at the top without its `.ts`.
 */
export function violations(
  layers: readonly string[][],
  files: readonly string[],
  imports: readonly RoomImport[],
): string[] {
  const levels = new Map(layers.flatMap((rooms, level) => rooms.map(room => [room, level] as const)))
  const roomOf = (file: string) =>
    [...levels.keys()].find(room => file === `${room}.ts` || file.startsWith(`${room}/`)) ?? file
  const homeless = files.filter(file => !levels.has(roomOf(file)))
  const wrong = imports.filter(({ file, imported }) => {
    const [from, to] = [roomOf(file), roomOf(imported)]
    return from !== to && !((levels.get(from) ?? 0) < (levels.get(to) ?? -1))
  })
  return [
    ...homeless.map(file => `src/${file} is in no layer of docs/architecture.md`),
    ...wrong.map(
      ({ file, imported }) => `src/${file} must not import src/${imported}: imports go down the layers only`,
    ),
  ]
}

/** The TypeScript files below `folder`, relative to it. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
}

/**
 * What the files below `folder` import of each other, types included, whether statically, dynamically or to export it again.
 *
 * Why oxc-parser: it reads TypeScript as it stands and lists a module's imports. dependency-cruiser, which has such rules
 * built in, needs the API that TypeScript 7 no longer has, and with swc it stops at `using`.
 */
export function importsIn(folder: string, files: readonly string[]): RoomImport[] {
  return files.flatMap(file => {
    const source = readFileSync(join(folder, file), 'utf8')
    const { module, errors } = parseSync(file, source)
    if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
    const { staticImports, staticExports, dynamicImports } = module
    const specifiers = [
      ...staticImports.map(({ moduleRequest }) => moduleRequest.value),
      ...staticExports.flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
      ...dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1)),
    ]
    return specifiers
      .filter(specifier => specifier.startsWith('.') && specifier.endsWith('.ts'))
      .map(specifier => ({ file, imported: relative(folder, join(folder, dirname(file), specifier)) }))
  })
}
