import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'
import { emphases } from '../../src/kinds/records/prompt.ts'

/**
 * What the model does for one version: says a piece of text, waits for a promise, or hangs up in the middle (`cut`).
 * After the last step it ends as a model does.
 */
export type Step = string | Promise<unknown> | typeof cut
export const cut = Symbol('cut')

export interface Message {
  role: string
  content: string
}

export interface ScriptedModel {
  readonly baseUrl: string
  /** What it writes for version 0, 1, 2 ... of a record, or (version 0) for anything else, from the next request on. */
  script: (version: number, messages: readonly Message[]) => readonly Step[]
}

/** An OpenAI-compatible model that writes what a test tells it to, when the test lets it. */
export async function scriptedModel(t: Test): Promise<ScriptedModel> {
  const model: { baseUrl: string; script: ScriptedModel['script'] } = {
    baseUrl: '',
    script: version => [`${version + 1}안의 글.`],
  }
  const server = createServer(async (request, response) => {
    const { messages } = (await json(request)) as { messages: Message[] }
    const rules = messages[0]?.content ?? ''
    const version = Math.max(
      emphases.findIndex(({ instruction }) => rules.includes(instruction)),
      0,
    )
    response.on('error', () => response.destroy())
    await perform(response, model.script(version, messages))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  model.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return model
}

async function perform(response: ServerResponse, steps: readonly Step[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  for (const step of steps) {
    if (step === cut) {
      await new Promise(sent => response.write('\n', sent))
      return void response.destroy()
    }
    if (typeof step === 'string') send(response, { content: step })
    else await step
    if (response.destroyed) return
  }
  send(response, {}, 'stop')
  response.end('data: [DONE]\n\n')
}

function send(response: ServerResponse, delta: object, finish_reason: string | null = null): void {
  const chunk = { object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] }
  response.write(`data: ${JSON.stringify(chunk)}\n\n`)
}
