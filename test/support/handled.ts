import { briefly } from './briefly.ts'
import { Operator } from './operator.ts'

interface Backlog {
  waiting: number
  retrying: number
  active: number
}

const awaited = ['library', 'statistics', 'notify']

/**
 * Resolves when the library, the statistics and the notices in the page have handled every event, in a Conch with
 * `OPERATOR_TOKEN: operatorToken`. A list does not say so: it shows what has no entry yet as well. Other handlers may wait for
 * minutes, for a receiver that is not there.
 */
export async function handled(url: string): Promise<void> {
  const operator = new Operator(url)
  for (;;) {
    const { body } = await operator.json<{ outbox: Backlog; handlers: (Backlog & { name: string })[] }>(
      'GET',
      '/api/operations/overview',
    )
    const handlers = body.handlers.filter(({ name }) => awaited.includes(name))
    if (handlers.length !== awaited.length) throw new Error('the handlers have other names')
    if ([body.outbox, ...handlers].every(isEmpty)) return
    await briefly()
  }
}

function isEmpty({ waiting, retrying, active }: Backlog): boolean {
  return waiting + retrying + active === 0
}
