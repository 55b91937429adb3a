import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Database } from '../db/client.ts'
import type { Cipher } from '../db/encrypted.ts'
import { snapshot } from '../db/snapshot.ts'
import { LibraryList, LibraryQuery } from './api-schemas.ts'
import { invalidTime } from './errors.ts'
import { openIndex } from './index-key.ts'
import { formatCursor, parseCursor } from './paging.ts'
import { type Found, searchLibrary } from './search.ts'
import type { LibraryKind, LibrarySource } from './source.ts'

const paths: Record<LibraryKind, string> = {
  record: '/api/records',
  review: '/api/reviews',
  quiz: '/api/quizzes',
  conversation: '/api/conversations',
}

export interface LibraryRoutesOptions {
  database: Database
  cipher: Cipher
  sources: readonly LibrarySource[]
}

/** Lists and searches everything an owner has, of all kinds. */
export const libraryRoutes: FastifyPluginAsyncTypebox<LibraryRoutesOptions> = async (app, options) => {
  const { database, cipher, sources } = options

  app.get(
    '/api/library',
    {
      schema: {
        tags: ['library'],
        summary: 'Everything you have, last changed first; searched with `q`',
        description: 'Includes what is being written, or could not be written. A search finds new text a moment later.',
        querystring: LibraryQuery,
        response: { 200: LibraryList },
      },
    },
    async ({ ownerId, query: { kind, status, from, to, q, cursor, limit } }) => {
      const filter = {
        kind,
        status,
        from: timeOf('from', from),
        to: timeOf('to', to),
        query: q,
        before: cursor === undefined ? undefined : parseCursor(cursor),
        limit,
      }
      const index = q === undefined ? undefined : await openIndex(database.queries, cipher)
      // One snapshot, so that what the search found is still there, and is what it read.
      const { items, next } = await snapshot(database, tx =>
        searchLibrary(tx, { cipher, sources, index }, ownerId, filter),
      )
      return { items: items.map(found => view(found, app.basePath)), nextCursor: next ? formatCursor(next) : null }
    },
  )
}

function view({ entry, excerpt }: Found, basePath: string) {
  const { id, kind, status, title, preview, characters, bytes, count, createdAt, updatedAt, damaged } = entry
  return {
    id,
    kind,
    status,
    title: title ?? null,
    preview,
    match: excerpt ?? null,
    sizes: { characters, bytes, count },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    links: { self: `${basePath}${paths[kind]}/${id}` },
    ...(damaged && { damaged: true as const }),
  }
}

/** @throws Problem `invalid-time` */
function timeOf(name: 'from' | 'to', text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  // Nor may a year have other than four digits, or be 0: the database writes those in another notation.
  const year = time.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) throw invalidTime(name)
  return time
}
