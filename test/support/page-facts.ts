import { limitList } from '../../src/kinds/records/limit-list.ts'

/** What the pages are told of a server. */
export const pageFacts = { model: { name: 'a-model', demo: true }, limits: limitList() }
