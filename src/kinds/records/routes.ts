import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from 'typebox'
import type { Queries } from '../../db/client.ts'
import type { Cipher } from '../../db/encrypted.ts'
import type { Events } from '../../domain-events/events.ts'
import { taskInputDamaged } from '../../tasks/errors.ts'
import { type KindRoutesContext, kindParams, kindRoutes } from '../../tasks/http/kind-routes.ts'
import type { TaskOfKind } from '../../tasks/store/of-kind.ts'
import { acceptedInput } from './accepted.ts'
import { Assessed, LimitList, RecordConfirmation, RecordDetail, RecordList, TextToCheck } from './api-schemas.ts'
import { checkText } from './check/check-text.ts'
import {
  forbiddenFindings,
  noSuchPart,
  overLimit,
  recordNotFound,
  recordWithoutText,
  versionDamaged,
  versionNotFound,
} from './errors.ts'
import type { RecordInput } from './input.ts'
import { limitList } from './limit-list.ts'
import { isPart } from './limits.ts'
import { marksOf } from './marks.ts'
import { schoolYearOf } from './school-year.ts'
import { confirmRecord, keptRecords, latestConfirmations, saveRecords } from './store.ts'
import { viewRecord } from './view.ts'

export interface RecordRoutesOptions extends KindRoutesContext<typeof RecordInput> {
  cipher: Cipher
  events: Events
}

/** Student records: request versions, read them, choose one and answer for it. */
export const recordRoutes: FastifyPluginAsyncTypebox<RecordRoutesOptions> = async (app, context) => {
  const { database, cipher, events } = context
  const written = kindRoutes(app, context, {
    path: 'records',
    noun: 'record',
    summaries: {
      create: 'Write versions of a record',
      list: 'Your records, newest first, including those that are being written or failed',
      get: 'A record with its versions',
      remove: 'Remove a record, its observations and all confirmations for good',
      removeDetail: 'Also while it is being written.',
    },
    item: RecordDetail,
    list: RecordList,
    notFound: recordNotFound,
    viewAll: views,
    view: detail,
    accepted: input => acceptedInput(input),
  })

  app.get(
    '/api/records/limits',
    {
      schema: {
        tags: ['records'],
        summary: 'How long a text may be, and what the versions stress',
        response: { 200: LimitList },
      },
    },
    async () => limitList(),
  )

  app.post(
    '/api/records/check',
    {
      schema: {
        tags: ['records'],
        summary: 'Size of a text, and its flagged passages',
        description: 'For an editor. Nothing is stored.',
        body: TextToCheck,
        response: { 200: Assessed },
      },
    },
    async ({ body: { text, targetBytes, observations, keywords, form, ...asked } }) => {
      const part = { ...asked, schoolYear: asked.schoolYear ?? schoolYearOf(new Date()) }
      if (!isPart(part)) throw noSuchPart(part)
      const options = {
        targetBytes,
        observations,
        keywords,
        form: form === false ? ('none' as const) : ('all' as const),
      }
      const checked = checkText(text, part, options)
      return { ...checked, marks: marksOf(checked.findings) }
    },
  )

  app.put(
    '/api/records/:id',
    {
      schema: {
        tags: ['records'],
        summary: 'Choose a version, edited or not, and answer for it',
        description:
          'Keeps the version as it was written, the text as confirmed, and when. May be repeated; the last one counts.',
        params: kindParams('record'),
        body: RecordConfirmation,
        response: { 200: RecordDetail },
      },
    },
    async request => {
      const { ownerId, body } = request
      const text = body.text.normalize('NFC')
      return database.queries.transaction(async tx => {
        const record = await written.find(tx, request.params.id, ownerId, { forUpdate: true })
        if (!record) throw recordNotFound()
        const { task, input, outputs } = record
        if (outputs.every(({ text, damaged }) => text === '' && !damaged)) throw recordWithoutText()
        const chosen = outputs[body.output]
        if (!chosen) throw versionNotFound(outputs.length)
        if (chosen.damaged) throw versionDamaged(body.output)
        const of = input ?? (await keptRecords(tx, cipher, [task])).get(task.id)
        if (!of) throw taskInputDamaged()
        // As it was given: the findings have places in it.
        const look = (replacements: boolean) =>
          checkText(body.text, of, { targetBytes: of.targetBytes, form: 'none', replacements })
        const checked = look(false)
        const bansOf = ({ findings }: typeof checked) => findings.filter(({ strength }) => strength === 'forbidden')
        const bans = bansOf(checked)
        if (bans.length > 0 && body.despite === undefined) throw forbiddenFindings(bansOf(look(true)))
        if (checked.overBy > 0 && !body.allowOverLimit) throw overLimit(checked)
        // A task whose texts were saved before its kind saved a record has no record yet.
        if (input) await saveRecords(tx, cipher, [{ ...task, input }])
        await confirmRecord(tx, cipher, ownerId, task.id, {
          output: body.output,
          original: chosen.original ?? chosen.text,
          text,
          // What forbids nothing needs no reason: one is not kept.
          despite: bans.length > 0 ? body.despite : undefined,
        })
        await events.publish(tx, request.id, [{ name: 'record.confirmed', data: { taskId: task.id, ownerId } }])
        return detail(tx, record)
      })
    },
  )

  async function detail(tx: Queries, record: TaskOfKind<Static<typeof RecordInput>>) {
    const [view] = await views(tx, [record], { brief: false })
    const request = record.input ?? null
    return { ...(view as NonNullable<typeof view>), request, ...(request === null && { damaged: true as const }) }
  }

  async function views(tx: Queries, found: readonly TaskOfKind<Static<typeof RecordInput>>[], { brief = true } = {}) {
    const owned = found.map(({ task }) => task)
    const kept = await keptRecords(tx, cipher, owned)
    const confirmed = await latestConfirmations(tx, cipher, owned)
    const seen: ReturnType<typeof viewRecord>[] = []
    for (const record of found) {
      seen.push(viewRecord(record, kept.get(record.id), confirmed.get(record.id), { brief }))
      // Many long texts take long to check: others get their turn.
      await nextTurn()
    }
    return seen
  }
}
