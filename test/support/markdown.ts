/** The links of a document that lead to a file or a heading, as they are written: not those to other sites. */
export function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, 'code')
  return Array.from(prose.matchAll(/\]\(([^()\s]+)\)/g), ([, target]) => target as string).filter(
    target => !/^[a-z][a-z+.-]*:/i.test(target),
  )
}

/** The anchors that GitHub gives to the headings of a document. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>()
  return Array.from(withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm), ([, heading = '']) => {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
    const slug = plain
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
}

/** What stands in backticks within the prose of a document. */
export function codeSpansOf(text: string): string[] {
  return Array.from(withoutBlocks(text).matchAll(/`([^`\n]+)`/g), ([, code]) => code as string)
}

/** Without its fenced blocks, in which `#` is no heading and brackets are no link. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[^\n]*\n.*?^```/gms, '')
}
