import type { Language } from '../language.ts'

/** What the pages must know before they are drawn; the same for everyone. */
export type Facts = Readonly<Record<string, unknown>>

/** The views that a document brings, by the place of each; that of `other` has the frame of the page alone. */
export const firstViews = { start: '#start', records: '#records' } as const

export type Drawing = (language: Language, facts: Facts) => Record<keyof typeof firstViews, string>

/**
 * Makes of the program in a bundle what draws the first views as HTML: the page's own components, so that the browser goes on
 * with what it gets. Why preact-render-to-string: it is Preact's own.
 */
export async function drawingOf(program: string): Promise<Drawing> {
  const source = `data:text/javascript;base64,${Buffer.from(program).toString('base64')}`
  const { drawnView, renderToString } = await import(source)
  const draw = (language: Language, facts: Facts, hash: string): string =>
    renderToString(drawnView(language, facts, hash))
  return (language, facts) => ({
    start: draw(language, facts, firstViews.start),
    records: draw(language, facts, firstViews.records),
  })
}
