import { Visitor } from './visitor.ts'

/** The longest time for a request, whatever has happened to the database. */
const answerMs = 10_000

/** A request had no answer in the time in which every one gets one. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(path: string) {
    super(`no answer from ${path} in ${answerMs / 1000} s`)
  }
}

/** A visitor whose every request must begin to be answered in 10 s. */
export class PromptVisitor extends Visitor {
  override async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new NoAnswer(path)), answerMs)
    try {
      return await Promise.race([super.fetch(path, init), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
