/** What happened when, to explain a finding. */
export class Story {
  readonly #began = performance.now()
  readonly #lines: { at: number; about: number | undefined; text: string }[] = []

  /** @param about the number of a request, 0 for an event that concerns none; without it, it concerns all */
  note(text: string, about?: number): void {
    if (about === 0) return
    this.#lines.push({ at: performance.now() - this.#began, about, text })
  }

  /** The events that concern a request, and those that concerned all meanwhile. */
  of(request: number): string {
    const own = this.#lines.filter(({ about }) => about === request)
    const [from, to] = [own[0]?.at ?? 0, own.at(-1)?.at ?? 0]
    return this.#lines
      .filter(({ about, at }) => about === request || (about === undefined && at >= from - 20_000 && at <= to))
      .map(({ at, about, text }) => `${(at / 1000).toFixed(2)} ${about === undefined ? '*** ' : ''}${text}`)
      .join('\n')
  }
}
