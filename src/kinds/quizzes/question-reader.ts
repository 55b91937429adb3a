import { JSONParser, TokenType } from '@streamparser/json'

/** What a model wrote as a question: any member may be missing, or be anything. */
export type RawQuestion = Readonly<Record<string, unknown>>

/** Of one answer as much is read; the rest is ignored. */
const maxChars = 2_000_000
const maxQuestions = 100
/** Text that begins to look like JSON so often is none. */
const maxBeginnings = 1_000
/** The format is 4 deep. */
const maxDepth = 32

/** A bracket, or what stands between two: only at a bracket can JSON that holds questions begin or end. */
const pieces = /[{}[\]]|[^{}[\]]+/g

/**
 * Reads questions out of what a model writes, while it comes: `push` returns the questions that are complete now and
 * were not before, in order, however the text is cut. Takes time linear in the text. Never throws.
 *
 * A question is an object with a member `question`, wherever it stands: in `{questions: [...]}` as asked for, in a bare
 * array or alone. Whatever is no JSON is skipped: words around it, a ```json fence. Where JSON breaks, as after a
 * quotation mark too many, it is taken up again at the next bracket, so the other questions are not lost.
 *
 * Why @streamparser/json: text is pushed into it and each value told as it ends, in linear time; it needs no other
 * package and is used and mended a lot (5 million downloads a month, 3 releases in 2026-08). partial-json and
 * best-effort-json-parser parse everything anew for each delta, jsonriver can only be pulled from, and stream-json is a
 * set of Node streams. None of them looks for JSON among other text, so the parser gets the text piece by piece.
 */
export class QuestionReader {
  #parser: JSONParser | undefined
  #complete: RawQuestion[] = []
  #chars = 0
  #questions = 0
  #beginnings = 0

  push(delta: string): RawQuestion[] {
    const text = delta.slice(0, maxChars - this.#chars)
    this.#chars += text.length
    // Models put raw newlines into strings, where JSON has none; between values any white space will do.
    for (const [piece] of text.replace(/\p{Cc}/gu, ' ').matchAll(pieces)) this.#feed(piece)
    const complete = this.#complete
    this.#complete = []
    return complete
  }

  #feed(piece: string): void {
    if (this.#parser) {
      try {
        this.#parser.write(piece)
        return
      } catch {
        // To be expected: it was no JSON, or is broken, or had ended. Perhaps it begins here.
        this.#parser = undefined
      }
    }
    if ((piece !== '{' && piece !== '[') || this.#beginnings++ >= maxBeginnings) return
    this.#parser = this.#begin()
    this.#parser.write(piece)
  }

  #begin(): JSONParser {
    const parser = new JSONParser()
    let depth = 0
    parser.onToken = ({ token }) => {
      if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth++
      if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth--
      if (depth > maxDepth) throw new Error('too deep')
    }
    parser.onValue = ({ value }) => {
      if (!isQuestion(value) || this.#questions >= maxQuestions) return
      this.#questions++
      this.#complete.push(value)
    }
    return parser
  }
}

function isQuestion(value: unknown): value is RawQuestion {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'question')
}
