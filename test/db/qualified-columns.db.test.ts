import { eq, sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import t from 'tap'
import { openDatabase } from '../support/open-database.ts'

const shelves = pgTable('shelves', { id: integer('id').primaryKey(), ownerId: integer('owner_id').notNull() })
const books = pgTable('books', { id: integer('id').primaryKey(), ownerId: integer('owner_id').notNull() })

/** The template counts, for each owner, their own rows. */
const booksOfOwner = sql<number>`(select count(*)::int from ${books} where ${books.ownerId} = ${shelves.ownerId})`

t.test(
  'a column in a subquery is that of its own table, in a select over one table and in what a write returns',
  async t => {
    const { queries } = await openDatabase(t)
    await queries.execute(sql`create table shelves (id int primary key, owner_id int not null)`)
    await queries.execute(sql`create table books (id int primary key, owner_id int not null)`)
    await queries.insert(books).values([1, 2, 3].map(id => ({ id, ownerId: id === 1 ? 1 : 2 })))
    const found = { ownerId: shelves.ownerId, books: booksOfOwner }
    const both = [
      { ownerId: 1, books: 1 },
      { ownerId: 2, books: 2 },
    ]
    await t.test('by itself', async t => {
      const inserted = queries.insert(shelves).values(both.map(({ ownerId }) => ({ id: ownerId, ownerId })))
      t.same(await inserted.returning(found), both)
      t.same(await queries.select(found).from(shelves).orderBy(shelves.id), both)
      t.same(
        await queries
          .select({ books: booksOfOwner.as('books') })
          .from(shelves)
          .orderBy(shelves.id),
        [{ books: 1 }, { books: 2 }],
      )
    })
    await t.test('and in a transaction', async t => {
      await queries.transaction(async tx => {
        t.same(await tx.select(found).from(shelves).orderBy(shelves.id), both)
        t.same(await tx.update(shelves).set({ ownerId: 2 }).where(eq(shelves.id, 2)).returning(found), [both[1]])
        t.same(await tx.delete(shelves).where(eq(shelves.id, 1)).returning(found), [both[0]])
      })
    })
  },
)
