import { JSONParser, TokenType } from '@streamparser/json'

/** A question as a model wrote it: any member may be missing, or be anything. */
export type RawQuestion = Readonly<Record<string, unknown>>

/** This much of one answer is read; the rest is ignored. */
const maxChars = 2_000_000
const maxQuestions = 100
/** A text in which JSON seems to begin this often holds none. */
const maxBeginnings = 1_000
/** The format is 4 deep. */
const maxDepth = 32

/** A bracket, or the text between two: only at a bracket can JSON that holds questions begin or end. */
const pieces = /[{}[\]]|[^{}[\]]+/g

/**
 * Reads questions out of a model's text while it comes: `push` returns the questions that this piece completes, in order,
 * however the text is cut. Takes time linear in the text. Never throws.
 *
 * A question is an object with a member `question`, wherever it stands: in `{questions: [...]}` as the prompt asks, in a bare
 * array or alone. The reader skips what is not JSON: words around it, a ```json fence. Where JSON breaks, as after a
 * quotation mark too many, the reader starts again at the next bracket, so the other questions are not lost.
 *
 * Why @streamparser/json: text is pushed into it and it emits each value as it ends, in linear time; it needs no other
 * package and is widely used and maintained (5 million downloads a month, 3 releases in 2026-08). partial-json and
 * best-effort-json-parser parse the whole text again for each delta, jsonriver can only be pulled from, and stream-json is a
 * set of Node streams. None of them searches for JSON among other text, so the parser gets the text piece by piece.
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
    // Models put raw newlines into strings, where JSON allows none; between values any white space is allowed.
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
        // Expected: the text was not JSON, or is broken, or had ended. Perhaps JSON begins here.
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
