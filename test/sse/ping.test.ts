import { createClock } from '@sinonjs/fake-timers'
import { parseJsonEventStream, readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai'
import t from 'tap'
import { heartbeatMs, type Timers } from '../../src/sse/sse-stream.ts'
import { EventLog } from '../../src/tasks/log/event-log.ts'
import { EventStream } from '../../src/tasks/log/event-stream.ts'
import { RecordedResponse } from '../support/recorded-response.ts'

t.test('to the AI SDK a ping is transient data: the message does not have it', async t => {
  const clock = createClock()
  const log = new EventLog('x', 'record')
  log.begin(1)
  log.append({ type: 'text-start', id: '0' })
  const stream = new EventStream(log, { position: { attempt: 1, seq: 0 } }, { timers: clock as unknown as Timers })
  const frames: string[] = []
  RecordedResponse.of(stream, bytes => frames.push(bytes.toString()))
  log.delta(0, '가')
  await new Promise(resolve => setImmediate(resolve))
  clock.tick(heartbeatMs)
  log.delta(0, '나')
  log.append({ type: 'text-end', id: '0' })
  log.append({ type: 'finish', finishReason: 'stop' })
  await new Promise(resolve => setImmediate(resolve))
  t.match(frames.join(''), 'event: ping')

  const body = new Blob([frames.join('')]).stream()
  const chunks = parseJsonEventStream({ stream: body, schema: uiMessageChunkSchema }).pipeThrough(
    new TransformStream<{ success: boolean; value?: UIMessageChunk; error?: unknown }, UIMessageChunk>({
      transform(parsed, controller) {
        t.ok(parsed.success, String(parsed.error ?? ''))
        if (parsed.value) controller.enqueue(parsed.value)
      },
    }),
  )
  let message: { parts: { type: string }[] } | undefined
  for await (const newer of readUIMessageStream({ stream: chunks })) message = newer
  t.match(message?.parts, [{ type: 'text', text: '가나' }])
  t.equal(message?.parts.length, 1)
})
