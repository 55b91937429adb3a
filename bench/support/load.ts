import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { text as readText } from 'node:stream/consumers'

/** A server between a model and its clients. */
export interface Subject {
  readonly name: string
  /** Its processes, whose processor time counts. */
  readonly pids: readonly number[]
  /** Starts a completion; resolves with its stream. */
  open(agent: Agent): Promise<IncomingMessage>
}

/** Called with each piece, at the time it came. */
export type Arrived = (bytes: Buffer, atMs: number) => void

/** Opens `streams` completions at once and reads each to its end. @throws if one is not answered with 200, or breaks off */
export async function readStreams(subject: Subject, streams: number, arrived: () => Arrived): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  try {
    await Promise.all(Array.from({ length: streams }, async () => read(await subject.open(agent), arrived())))
  } finally {
    agent.destroy()
  }
}

/** Reads a stream to its end. @throws when it breaks off */
export async function read(stream: IncomingMessage, arrived: Arrived): Promise<void> {
  stream.on('data', bytes => arrived(bytes, performance.now()))
  await new Promise((resolve, reject) => {
    stream.once('end', resolve)
    stream.once('error', reject)
  })
}

/** Sends a request and resolves with the answer once its head has come. @throws unless it is of status 2xx */
export async function send(
  url: string,
  { body, ...options }: RequestOptions & { body?: unknown },
): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', ...options }, resolve)
    sent.once('error', reject)
    if (body !== undefined) sent.setHeader('content-type', 'application/json')
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
  const { statusCode = 0 } = response
  if (statusCode < 200 || statusCode > 299) throw new Error(`${url}: ${statusCode} ${await readText(response)}`)
  return response
}

/** The text that an event stream carries, in any of the forms that are measured here: of one output, or of all. */
export function textOf(stream: string, output?: string): string {
  let text = ''
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const data = JSON.parse(line.slice('data: '.length))
    if (output !== undefined && data.id !== output) continue
    text += data.delta ?? data.choices?.[0]?.delta?.content ?? ''
  }
  return text
}
