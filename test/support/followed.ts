import { Transcript } from './transcript.ts'

/** What a client has of a task that an owner's stream follows. */
export class FollowedTranscript {
  readonly #transcript = new Transcript()
  /** Why nothing more comes, once it is said. */
  end: string | undefined

  get lastId(): string | undefined {
    return this.#transcript.lastId
  }

  get types(): string[] {
    return this.#transcript.types()
  }

  text(output: number): string {
    return this.#transcript.text(output)
  }

  take({ cursor, chunk, end }: Followed): void {
    if (end !== undefined) this.end = end
    else this.#transcript.take({ id: cursor, event: undefined, data: JSON.stringify(chunk) })
  }
}

interface Followed {
  cursor?: string
  chunk?: object
  end?: string
}

/** The tasks that a stream of an owner has followed: of its chunks, or of these frames. */
export function followedIn(stream: Transcript | readonly string[]): Map<string, FollowedTranscript> {
  const chunks =
    stream instanceof Transcript
      ? stream.chunks
      : stream.map(frame => JSON.parse(/^data: (.+)$/m.exec(frame)?.[1] ?? ''))
  const found = new Map<string, FollowedTranscript>()
  for (const { type, id = '', data } of chunks) {
    if (type !== 'data-followed') continue
    const of = found.get(id) ?? new FollowedTranscript()
    found.set(id, of)
    of.take(data as Followed)
  }
  return found
}
