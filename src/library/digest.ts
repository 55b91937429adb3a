import type { LibraryDocument } from './source.ts'

/** In characters; the page shows less. */
const maxTitleChars = 120
const maxPreviewChars = 200

/** What an entry shows of its source. Sizes count all its contents, bytes as UTF-8. */
export function digestOf({ title, preview, contents, count }: LibraryDocument) {
  return {
    title: title === undefined ? undefined : beginning(title, maxTitleChars),
    preview: beginning(preview, maxPreviewChars),
    characters: contents.reduce((total, text) => total + Array.from(text).length, 0),
    bytes: contents.reduce((total, text) => total + Buffer.byteLength(text), 0),
    count,
  }
}

function beginning(text: string, maxChars: number): string {
  const characters = Array.from(text.replaceAll(/\s+/g, ' ').trim())
  return characters.length > maxChars ? `${characters.slice(0, maxChars - 1).join('')}…` : characters.join('')
}
