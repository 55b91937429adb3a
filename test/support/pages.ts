import type { Visitor } from './visitor.ts'

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** A list read to its end by its cursors, `limit` items at a time: the items of each page. */
export async function pagesOf<Item>(visitor: Visitor, path: string, limit: number): Promise<Item[][]> {
  const pages: Item[][] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { status, body } = await visitor.json<Page<Item>>('GET', `${path}?limit=${limit}${after}`)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    pages.push(body.items)
    cursor = body.nextCursor
  }
  return pages
}
