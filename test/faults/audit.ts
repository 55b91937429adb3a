import type { TaskView } from '../../src/tasks/view.ts'
import type { Ending } from '../support/event-source-client.ts'
import { Visitor } from '../support/visitor.ts'
import { checkEffects, checkLibrary, checkSums, leftOver, type Query, type TaskRow, taskRows } from './effects.ts'
import type { Find, Finding } from './finding.ts'
import type { Load, Sent } from './load.ts'
import { type Answer, answerNumber, type RecordingModel } from './recording-model.ts'

export interface Audit {
  tasks: number
  watchers: number
  /** Tasks by their end, `attempts-lost` for those that ended since their attempts were lost. */
  ends: Record<string, number>
  findings: Finding[]
}

/** Compares what the users, the model and the database know of every task, once all work is done. */
export async function audit({
  load,
  model,
  query,
  url,
}: {
  load: Load
  model: RecordingModel
  query: Query
  url: string
}): Promise<Audit> {
  const findings: Finding[] = []
  const rows = new Map((await taskRows(query)).map(row => [row.id, row]))
  const subscriptions = await query<{ event: string; name: string }>('select event, name from pgboss.subscription')
  const views = await allViews(load.owners, url)
  const requests = new Map(load.sent.map(sent => [sent.taskId, sent]))
  const ends: Record<string, number> = {}

  for (const { taskId, number } of load.accepted)
    if (!rows.has(taskId as string))
      findings.push({ flaw: 'lost', request: number, what: `task ${taskId} is not there` })
  for (const row of rows.values()) {
    const view = views.get(row.id)
    const sent = requests.get(row.id)
    // A request whose answer was lost was sent again, with the same key.
    if (!sent) findings.push({ flaw: 'doubled', request: undefined, what: `no user knows of task ${row.id}` })
    const find = (flaw: Finding['flaw'], what: string) =>
      findings.push({ flaw, request: sent?.number, what: `${row.kind} ${row.id} (${row.status}): ${what}` })
    const end = view?.task.error?.code === 'attempts-lost' ? 'attempts-lost' : row.status
    ends[end] = (ends[end] ?? 0) + 1
    checkEnd(row, find)
    checkEffects(row, subscriptions, find)
    if (!view) {
      find('lost', 'its owner does not see it')
      continue
    }
    const error = view.task.error?.code
    if (error === 'not-saved') find('lost', 'it could not be saved')
    // A task that was given up keeps the texts so far, and its kind makes nothing of them.
    if (
      error !== 'attempts-lost' &&
      row.kept !== (view.questions.length > 0 || view.task.outputs.some(({ text }) => text !== ''))
    )
      find(row.kept ? 'doubled' : 'lost', 'the rows of its kind do not match its texts')
    checkTexts(view, sent, model.answers, find)
    for (const [index, ending] of (sent?.endings ?? []).entries())
      for (const what of wrongWith(ending, row, view)) find('watchers wrong', `watcher ${index}: ${what}`)
  }
  for (const [what, flaw] of [...(await checkSums(query)), ...(await checkLibrary(query))])
    findings.push({ flaw, request: undefined, what })
  for (const what of await leftOver(query)) findings.push({ flaw: 'stuck', request: undefined, what })
  return { tasks: rows.size, watchers: load.sent.flatMap(({ endings }) => endings).length, ends, findings }
}

function checkEnd({ status, ends, terminalId }: TaskRow, find: Find): void {
  if (status === 'queued' || status === 'running') find('stuck', 'it has not ended')
  else if (ends !== 1) find(ends > 1 ? 'doubled' : 'lost', `it has ended ${ends} times`)
  else if (terminalId === null) find('lost', 'it has no terminal event')
}

interface View {
  task: TaskView
  /** Of a quiz that was made. */
  questions: { question: string; choices: string[] }[]
}

/** The model's text of one answer to this very request, and all of it if the output counts as completed. */
function checkTexts({ task, questions }: View, sent: Sent | undefined, answers: readonly Answer[], find: Find): void {
  for (const { index, status, text, finishReason } of task.outputs) {
    if (text === '') continue
    const answer = answers[answerNumber(text) ?? Number.NaN]
    if (!answer) find('wrong text', `output ${index} has a text that the model never wrote: ${text.slice(0, 40)}`)
    else if (sent && answer.request !== sent.number) find('wrong text', `output ${index} is that of another request`)
    else if (answer.output !== index) find('wrong text', `output ${index} is that of output ${answer.output}`)
    else if (!answer.text.startsWith(text))
      find('wrong text', `output ${index} is not the text of answer ${answer.number}`)
    else if (status === 'completed' && !(answer.end === 'stop' && answer.text === text))
      find('wrong text', `output ${index} is not all of answer ${answer.number}, which ended with ${answer.end}`)
    else if (finishReason === 'length' && answer.text !== text)
      find('wrong text', `output ${index} is not all that answer ${answer.number} had room for`)
  }
  for (const { question, choices } of questions) {
    const answer = answers[answerNumber(question) ?? Number.NaN]
    const written = answer?.questions.find(other => other.question === question)
    if (JSON.stringify(written?.choices) !== JSON.stringify(choices))
      find('wrong text', `"${question}" was never asked so`)
    else if (sent && answer?.request !== sent.number) find('wrong text', `"${question}" is that of another request`)
  }
}

const terminalOf: Record<string, string> = {
  completed: 'finish',
  incomplete: 'finish',
  failed: 'error',
  cancelled: 'abort',
}

function* wrongWith(ending: Ending, row: TaskRow, { task, questions }: View): Iterable<string> {
  const { how, terminals, texts, lastId } = ending
  if (how === 'left' || how === 'refused') return yield `it did not come to the end (${how})`
  if (terminals.length !== 1 || terminals[0] !== terminalOf[row.status])
    yield `it got the end ${terminals.join(', ') || 'nothing'}`
  if (lastId !== row.terminalId) yield `it ended with ${lastId}, the task with ${row.terminalId}`
  for (const { index, text } of task.outputs)
    if ((texts.get(index) ?? '') !== text)
      yield `output ${index} is "${texts.get(index) ?? ''}" to it, but was saved as "${text}"`
  if (JSON.stringify(ending.questions.map(plain)) !== JSON.stringify(questions.map(plain)))
    yield `it saw ${ending.questions.length} questions, ${questions.length} were saved`
}

function plain({ question, choices }: { question: string; choices: string[] }) {
  return { question, choices }
}

/** All tasks of all owners, as they see them. */
async function allViews(owners: readonly string[], url: string): Promise<Map<string, View>> {
  const views = new Map<string, View>()
  for (const owner of owners) {
    const visitor = new Visitor(url, owner)
    let cursor: string | null = null
    do {
      const page: { items: TaskView[]; nextCursor: string | null } = (
        await visitor.json<{ items: TaskView[]; nextCursor: string | null }>(
          'GET',
          `/api/tasks?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
        )
      ).body
      for (const task of page.items) views.set(task.id, { task, questions: await questionsOf(visitor, task) })
      cursor = page.nextCursor
    } while (cursor !== null)
  }
  return views
}

async function questionsOf(visitor: Visitor, { id, kind }: TaskView): Promise<View['questions']> {
  if (kind !== 'quiz') return []
  const quiz = await visitor.json<Pick<View, 'questions'>>('GET', `/api/quizzes/${id}`)
  return quiz.status === 200 ? quiz.body.questions : []
}
