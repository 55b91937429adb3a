import { briefly } from './briefly.ts'
import type { Visitor } from './visitor.ts'

export interface LibraryItem {
  id: string
  kind: string
  status: string
  title: string | null
  preview: string
  match: { before: string; match: string; after: string } | null
  sizes: { characters: number; bytes: number; count: number }
  createdAt: string
  updatedAt: string
  links: { self: string }
}

export interface LibraryPage {
  items: LibraryItem[]
  nextCursor: string | null
}

/** The library of a visitor. */
export class Library {
  readonly #visitor: Visitor

  constructor(visitor: Visitor) {
    this.#visitor = visitor
  }

  async page(query: Record<string, string> = {}): Promise<LibraryPage> {
    const { status, body } = await this.#visitor.json<LibraryPage>('GET', `/api/library?${new URLSearchParams(query)}`)
    if (status !== 200) throw new Error(`GET /api/library: ${status} ${JSON.stringify(body)}`)
    return body
  }

  /** All pages of it. */
  async all(query: Record<string, string> = {}): Promise<LibraryItem[]> {
    const found: LibraryItem[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: LibraryPage = await this.page({ ...query, ...(cursor !== '' && { cursor }) })
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  }

  /** The ids of the entries found. */
  async search(q: string): Promise<string[]> {
    return (await this.all({ q })).map(({ id }) => id)
  }

  /** Resolves once there are entries as wanted. */
  async until(condition: (items: LibraryItem[]) => boolean): Promise<LibraryItem[]> {
    for (;;) {
      const items = await this.all({ limit: '100' })
      if (condition(items)) return items
      await briefly()
    }
  }

  /** Resolves once all of these have an entry. */
  async has(...ids: string[]): Promise<LibraryItem[]> {
    return this.until(items => ids.every(id => items.some(item => item.id === id)))
  }
}
