/**
 * The text under its title, between two lines of quotes longer than any run of quotes in it; '' for no text.
 *
 * So nothing in the text can end its block. The text is repaired where a model cannot take it: decomposed Hangul, lone
 * surrogates.
 */
export function fenced(title: string, text: string): string {
  const clean = text.normalize('NFC').toWellFormed().trim()
  if (clean === '') return ''
  const runs = clean.match(/"+/g) ?? []
  const fence = '"'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length), 2) + 1)
  return `${title}:\n${fence}\n${clean}\n${fence}`
}

/** For a short text that has no need of lines. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
